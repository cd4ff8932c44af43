"""Projects, shifts and sign-ups."""
