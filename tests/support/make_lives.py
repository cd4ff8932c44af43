"""Builders of what happens to a registration later, and a look at all that is kept."""

from __future__ import annotations

from sqlalchemy import select

from tests.support import make_people as people
from timebank.identity.queries import user_by_phone
from timebank.kernel.db import Base, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.relay import deliver
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Volunteer
from timebank.wiring import SUBSCRIPTIONS

WHY = "随子女搬家"


def row(key: Key) -> Volunteer:
    """The row as it stands now."""
    return session().get_one(Volunteer, (key.shard, key.id), populate_existing=True)


def story(key: Key) -> list[str]:
    """The names of what happened to a registration."""
    return [line.name.removeprefix("volunteer.") for line in queries.history(SYSTEM, key)]


def person(**given: object) -> tuple[Key, Actor]:
    """A registered volunteer with a password, signed in."""
    key = people.volunteer(password=people.PASSWORD, **given)
    return key, people.actor_of_volunteer(key)


def move(actor: Actor, volunteer: Key, to: int = people.SOUTH_COMMUNITY) -> Key:
    """A move that is asked for."""
    return perform(actor, usecases.ask_for_move, volunteer=volunteer, region_code=to, reason=WHY)


def relayed() -> None:
    """Everything that waits is heard."""
    while deliver(SUBSCRIPTIONS).done:
        pass


def everything() -> str:
    """All rows of all tables as one text."""
    session().rollback()
    return "\n".join(
        f"{table.name} {tuple(each)}"
        for table in Base.metadata.sorted_tables
        for each in session().execute(select(table))
    )


def user_of_phone(phone: str) -> Key:
    """The account with this phone."""
    user = user_by_phone(phone)
    assert user is not None
    return user
