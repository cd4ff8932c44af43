"""Indicators against their targets: JSON, the dashboard, and files."""
