"""Door of organisations."""
