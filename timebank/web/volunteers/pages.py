"""Pages about volunteers: registering, and the office's registry."""

from __future__ import annotations

from timebank.web.volunteers import registration, registry
from timebank.web.volunteers.door import pages

__all__ = ["pages", "registration", "registry"]
