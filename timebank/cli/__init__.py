"""The commands of `flask`, one file for each group."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Give the application its commands."""
