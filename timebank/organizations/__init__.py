"""Volunteer organisations and teams."""
