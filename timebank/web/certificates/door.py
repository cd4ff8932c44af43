"""The blueprint of all pages about certificates."""

from __future__ import annotations

from timebank.web.kit.blueprints import pages_door

pages = pages_door("certificates")
