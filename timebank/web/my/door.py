"""The blueprint of all pages about oneself and one's wards."""

from __future__ import annotations

from timebank.web.kit.blueprints import pages_door

pages = pages_door("my")
