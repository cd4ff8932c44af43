"""Doors: JSON and HTML over the same use-cases."""

from __future__ import annotations

from flask import Flask

from timebank.config import Config


def install(app: Flask, config: Config) -> None:
    """Open every door of the application."""
