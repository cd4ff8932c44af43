"""Rehearsing a gate: a copy of a shift with people of nobody, real requests, and a known verdict for each."""
