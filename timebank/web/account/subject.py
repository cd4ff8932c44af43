"""Whose account a page of `/my` speaks of: one's own, or a ward's who is named in the address."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.web.kit.actor import current_actor


@dataclass(frozen=True)
class Subject:
    """The volunteer, and the ward to keep in addresses; None for oneself."""

    volunteer: Key
    ward: Key | None


def subject() -> Subject:
    """Raises Unauthenticated for nobody, NotFound for who is no volunteer and for a stranger's child."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    asked = request.args.get("ward")
    if asked:
        ward = Key.parse(asked)
        if ward not in actor.wards:
            raise NotFound()
        return Subject(ward, ward)
    if actor.volunteer is None:
        raise NotFound()
    return Subject(actor.volunteer, None)
