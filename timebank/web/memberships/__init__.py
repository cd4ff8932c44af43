"""Door of teams: their public pages, one's own teams, and what their administrators do."""
