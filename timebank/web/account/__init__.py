"""Door of what happens to a registration later: moves, pauses, closing, own data, corrections, merges."""
