"""Door of sign-in and sign-out."""
