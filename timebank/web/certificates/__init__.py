"""Door of certificates: one's own, the window's, the recording unit's, and public verification."""
