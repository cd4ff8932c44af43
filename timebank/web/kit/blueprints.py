"""Making doors: one blueprint for JSON, one for pages."""

from __future__ import annotations

from flask import Blueprint
from flask_smorest import Blueprint as ApiBlueprint
from werkzeug.routing import BaseConverter

from timebank.kernel.ids import Key


class KeyConverter(BaseConverter):
    """`<key:volunteer>` in a route: `<county>-<uuid>`."""

    regex = r"\d{6}-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> Key:
        return Key.parse(value)

    def to_url(self, value: Key) -> str:
        return str(value)


def api_door(name: str, description: str) -> ApiBlueprint:
    """The JSON blueprint of an area, under /api/v1; its endpoints are named `<name>-api.<function>`."""
    door = ApiBlueprint(f"{name}-api", name, url_prefix="/api/v1", description=description)
    door.PAGINATION_HEADER_NAME = None
    return door


def pages_door(name: str) -> Blueprint:
    """The HTML blueprint of an area; its endpoints are named `<name>.<function>`."""
    return Blueprint(name, name)
