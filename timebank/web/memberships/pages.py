"""Pages about teams: for everybody, for their members, for their administrators."""

from __future__ import annotations

from timebank.web.memberships import organize, organize_members, own, public
from timebank.web.memberships.door import pages

__all__ = ["organize", "organize_members", "own", "pages", "public"]
