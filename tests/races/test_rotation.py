"""Keys are rotated over 50,000 people by the command, while the service reads, finds and changes them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, or_, select

from tests.support import keys
from tests.support import make_people as people
from tests.support.make_crowd import Somebody, crowd
from tests.support.service import environment
from timebank.config import ROOT
from timebank.identity.models import User
from timebank.identity.queries import user_by_phone
from timebank.kernel import claims
from timebank.kernel.claims import Claim
from timebank.kernel.db import db, runtime, session
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.keys import claims_in_use, fields_in_use, rotate, sealed_columns
from timebank.kernel.policy import ANONYMOUS, SYSTEM
from timebank.kernel.work import Work, perform
from timebank.volunteers.models import Volunteer
from timebank.volunteers.queries import by_personal_code, person
from timebank.volunteers.rules import Application
from timebank.volunteers.usecases import register

PEOPLE = 50_000
AT_LEAST = 40
"""Rounds of the service beside the command, or the test has shown nothing."""


@dataclass
class Beside:
    """What the service did while keys were rotated."""

    everybody: list[Somebody]
    chance: Random = field(default_factory=lambda: Random(1))
    rounds: int = 0
    phones: dict[Key, str] = field(default_factory=dict)
    """Whose phone was changed, and to what."""
    registered: dict[Key, str] = field(default_factory=dict)
    """Who registered meanwhile, with which document."""

    def round(self) -> None:
        """Read and find somebody, change somebody, register somebody new, refuse somebody known."""
        self.rounds += 1
        self._read(self.chance.choice(self.everybody))
        if self.rounds % 3 == 0:
            self._change(self.chance.choice(self.everybody))
        if self.rounds % 5 == 0:
            self._register(self.chance.choice(self.everybody))

    def _read(self, who: Somebody) -> None:
        card = person(SYSTEM, who.key)
        assert card.document_number.endswith(who.document[-4:]) or "*" in card.document_number
        assert claims.holder("document", who.document) == who.key
        assert by_personal_code(who.code) == who.key
        assert user_by_phone(self.phones.get(who.key, who.phone)) == who.user
        session().rollback()

    def _change(self, who: Somebody) -> None:
        phone = f"127{self.rounds:08}"
        perform(SYSTEM, move_phone, who=who, old=self.phones.get(who.key, who.phone), new=phone)
        self.phones[who.key] = phone

    def _register(self, known: Somebody) -> None:
        given = people.application(document_number=known.document)
        with pytest.raises(Conflict, match="document-registered"):
            perform(ANONYMOUS, register, application=Application(**given))
        given["document_number"] = people.document_number(self.rounds % 1000, people.date(1949, 1, 1))
        if given["document_number"] not in self.registered.values():
            self.registered[perform(ANONYMOUS, register, application=Application(**given))] = given[
                "document_number"
            ]


def move_phone(work: Work, *, who: Somebody, old: str, new: str) -> None:
    """Give somebody another number, as the service does: claim, account, registration."""
    work.decided = True
    user = work.session.get_one(
        User, (who.user.shard, who.user.id), with_for_update=True, populate_existing=True
    )
    claims.release(work, "phone", old)
    assert claims.take(work, "phone", new, who.user)
    user.phone_sealed = work.runtime.vault.encrypt(new, f"users.phone:{who.user}")


@contextmanager
def rotating(database_url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`flask keys rotate` in a process of its own."""
    given = {name: text for name, text in os.environ.items() if not name.startswith("TIMEBANK_")}
    with open(folder / "rotate.log", "wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "flask", "keys", "rotate", "--batch", "2000"],
            cwd=ROOT,
            env=given | environment(database_url, **keys.BOTH),
            stdout=log,
            stderr=log,
        )
        try:
            yield child
        finally:
            child.kill()
            child.wait()


def test_the_service_goes_on_while_keys_are_rotated(
    make_app: Callable[..., Flask], database_url: str, tmp_path: Path
) -> None:
    with make_app(database_url, **keys.OLD).app_context():
        people.region_tree()
        beside = Beside(crowd(PEOPLE))
        db.session.remove()
    with make_app(database_url, **keys.BOTH).app_context():
        with rotating(database_url, tmp_path) as child:
            while _still_running(child):
                beside.round()
        told = (tmp_path / "rotate.log").read_text()
        assert child.returncode == 0, told
        assert beside.rounds >= AT_LEAST
        assert beside.registered
        assert rotate().faults == []  # the copies that the service wrote for older processes
        _nothing_needs_the_old_keys()
    with make_app(database_url, **keys.NEW).app_context():
        _everybody_is_there(beside)


def _still_running(child: subprocess.Popen[bytes]) -> bool:
    """Looks after the command now and then: two processors must serve it, the database and the service."""
    with suppress(subprocess.TimeoutExpired):
        child.wait(0.1)
    return child.returncode is None


def _nothing_needs_the_old_keys() -> None:
    assert {use.key_id for use in fields_in_use(SYSTEM)} == {"t2"}
    mark = runtime().vault.index_marks[0]
    assert {(use.mark, use.is_copy) for use in claims_in_use(SYSTEM)} == {(mark, False)}
    for table, columns in sealed_columns().items():
        older = or_(*(column.startswith("t1.") for column in columns))
        assert session().scalar(select(func.count()).select_from(table).where(older)) == 0


def _everybody_is_there(beside: Beside) -> None:
    """With the new keys alone: every field opens, every look-up leads where it led, every change is kept."""
    vault = runtime().vault
    documents = {who.key: who.document for who in beside.everybody} | beside.registered
    phones = {who.user: beside.phones.get(who.key, who.phone) for who in beside.everybody}
    rows = session().execute(select(Volunteer.shard_code, Volunteer.id, Volunteer.document_sealed))
    opened = {Key(s, i): vault.decrypt(text, f"volunteers.document:{Key(s, i)}") for s, i, text in rows}
    assert {key: opened[key] for key in documents} == documents
    rows = session().execute(select(User.shard_code, User.id, User.phone_sealed))
    calls = {Key(s, i): vault.decrypt(text, f"users.phone:{Key(s, i)}") for s, i, text in rows}
    assert {key: calls[key] for key in phones} == phones
    held = {index: Key(shard, i) for index, shard, i in session().execute(_HELD)}
    for kind, values in (("document", documents), ("phone", phones)):
        assert {key: held.get(vault.blind_index(kind, value)) for key, value in values.items()} == {
            key: key for key in values
        }
    for who in beside.everybody[::100]:
        assert by_personal_code(who.code) == who.key


_HELD = select(Claim.value_index, Claim.shard_code, Claim.subject_id)
