"""The office: what waits for a decision."""
