"""The region tree, for everybody."""
