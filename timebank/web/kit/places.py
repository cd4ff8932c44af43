"""Whoever works for several regions chooses one of them on a page that shows one at a time."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from timebank.kernel.policy import Permission
from timebank.kernel.region_code import covers
from timebank.regions.queries import names
from timebank.web.kit.actor import current_actor


def own_places(permission: Permission, endpoint: str, region: int, **query: Any) -> list[dict[str, object]]:
    """The actor's regions for the macro `tabs`, leading to `endpoint`; none where there is only one.

    The region shown, or the own one that contains it, is the current one.
    """
    held = sorted(set(current_actor().regions(permission)))
    widest = [code for code in held if not any(covers(other, code) for other in held if other != code)]
    if len(widest) < 2:
        return []
    called = names(widest)
    return [
        {
            "url": url_for(endpoint, region=f"{code:012d}", **query),
            "label": called.get(code) or _("Nation"),
            "current": covers(code, region),
        }
        for code in widest
    ]
