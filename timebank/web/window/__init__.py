"""Door of the service window: find somebody, register them, act for them, print their card."""
