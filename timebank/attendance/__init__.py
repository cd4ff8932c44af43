"""Venue codes, scans and visits."""
