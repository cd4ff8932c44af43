"""Rules of organisations and teams."""

from __future__ import annotations

KINDS = ("organization", "team", "committee", "event_host", "public_body")
"""Registered volunteer organisation; filed team; self-governing committee; event host; public-service body."""
