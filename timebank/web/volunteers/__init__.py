"""Door of volunteers: registration, its status, the registry and the person page."""
