"""Door of a volunteer's own pages."""
