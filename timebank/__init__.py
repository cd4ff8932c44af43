"""Volunteer registry and time bank. Imports nothing, so that `python3 -m timebank` starts with Python alone."""
