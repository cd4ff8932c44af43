"""The blueprint of all pages about what happens to a registration later."""

from __future__ import annotations

from timebank.web.kit.blueprints import pages_door

pages = pages_door("account")
