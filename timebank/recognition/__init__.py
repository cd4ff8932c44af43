"""Stars, and certificates of what organisations recorded."""
