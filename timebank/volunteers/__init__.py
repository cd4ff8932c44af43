"""People who volunteer: registration, consents, party verification."""
