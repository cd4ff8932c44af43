"""Sign-in, role grants, sessions and tokens."""
