"""A believable small town, made through the use-cases."""
