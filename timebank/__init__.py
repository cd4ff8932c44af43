"""Volunteer registry and time bank. Imports nothing: `python3 -m timebank` must start with Python alone."""
