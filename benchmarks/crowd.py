"""A crowd at open gates: signed-in volunteers with places in shifts that are on at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select, update

from benchmarks import ground
from benchmarks.ground import COMMUNITY, COUNTY
from timebank.attendance.models import Visit
from timebank.attendance.rules import issue_code
from timebank.kernel.clock import local_date
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import runtime, session
from timebank.kernel.ids import Key, new_id, new_token_in
from timebank.projects.queries.internal import secret_context
from timebank.volunteers.models import Volunteer

SECRET = "the one secret of every shift of a measurement"  # noqa: S105 - opens nothing
CSRF = "0123456789abcdef0123456789abcdef01234567"
DEVICE = "the phone of somebody"


@dataclass(frozen=True)
class Person:
    """A signed-in volunteer: by token as a program, by cookie as a phone."""

    volunteer: Key
    user: Key
    token: str
    cookie: str
    csrf: str
    bare_cookie: str
    """For the bare view, which keeps who it is in the cookie itself."""


@dataclass(frozen=True)
class Tap:
    """A person about to check in at a shift."""

    person: Person
    shift: Key
    client_id: str

    def code(self, step: int) -> str:
        """What the venue's screen shows in that step."""
        return issue_code(self.shift, SECRET, step)


def people(app: Flask, count: int) -> list[Person]:
    """So many volunteers, signed in as `open_token` would do it."""
    ground.add_volunteers(count)
    rows = session().execute(select(Volunteer.shard_code, Volunteer.id, Volunteer.user_id)).all()
    found = [_person(app, Key(shard, volunteer), Key(shard, user)) for shard, volunteer, user in rows if user]
    ground.add("access_tokens", [row for each in found for row in _tokens(each)])
    return found


def _person(app: Flask, volunteer: Key, user: Key) -> Person:
    token = new_token_in(user.shard)
    session_cookie = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    kept = session_cookie.dumps({"token": f"{token}-phone", "csrf_token": CSRF, "_permanent": True})
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={kept}; timebank_device={DEVICE.replace(' ', '-')}"
    csrf = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(CSRF)
    bare = Flask("bare")
    bare.secret_key = SECRET
    signed = bare.session_interface.get_signing_serializer(bare)  # type: ignore[attr-defined]
    who = signed.dumps({"volunteer": str(volunteer.id), "home": volunteer.shard})
    return Person(volunteer, user, token, cookie, str(csrf), f"session={who}")


def _tokens(person: Person) -> list[dict[str, Any]]:
    now = runtime().clock.now()
    common = {
        "shard_code": person.user.shard,
        "user_id": person.user.id,
        "created_at": now,
        "expires_at": now + timedelta(hours=12),
        "is_strong": False,
        "last_used_on": local_date(now, runtime().config.time_zone),
    }
    kinds = {"bearer": person.token, "session": f"{person.token}-phone"}
    return [
        common | {"token_hash": fingerprint(token), "kind": kind, "id": new_id(now)}
        for kind, token in kinds.items()
    ]


def organization() -> Key:
    """Who holds the shifts; the gate needs no more of it than its key."""
    return Key(COUNTY, new_id(runtime().clock.now()))


def project(owner: Key) -> Key:
    """An approved project."""
    now = runtime().clock.now()
    key = Key(COUNTY, new_id(now))
    row = {
        "shard_code": key.shard,
        "id": key.id,
        "project_no": f"B{key.id.hex[-10:]}",
        "name": "测量",
        "organization_shard": owner.shard,
        "organization_id": owner.id,
        "organization_name": "测量队",
        "region_code": COMMUNITY,
        "place": "某处",
        "content": "某事",
        "categories": [],
        "recipients": [],
        "risk": "",
        "safeguards": [],
        "leader_name": "某某",
        "earns_credit": True,
        "status": "recruiting",
        "status_since": now,
        "created_by": "system",
        "created_at": now,
    }
    ground.add("projects", [row])
    return key


def shift(at: Key, volunteers: Sequence[Key]) -> Key:
    """A shift that began an hour ago, in which all these people have a place."""
    now = runtime().clock.now()
    key = Key(COUNTY, new_id(now))
    row = {
        "shard_code": key.shard,
        "id": key.id,
        "project_id": at.id,
        "title": "测量",
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(hours=3),
        "occurs_on": local_date(now, runtime().config.time_zone),
        "capacity": len(volunteers),
        "taken": len(volunteers),
        "opens_minutes": 60,
        "closes_minutes": 240,
        "secret_sealed": runtime().vault.encrypt(SECRET, secret_context(key)),
        "attendance_policy": "measured",
        "status": "open",
    }
    ground.add("shifts", [row])
    place = {"shard_code": key.shard, "shift_id": key.id, "status": "accepted", "channel": "web"}
    place |= {"signed_up_at": now, "changed_at": now}
    ground.add(
        "sign_ups",
        [
            place | {"id": new_id(now), "volunteer_shard": each.shard, "volunteer_id": each.id}
            for each in volunteers
        ],
    )
    return key


def everybody_leaves() -> None:
    """End all visits, so that everybody may check in elsewhere."""
    session().execute(update(Visit).where(Visit.out_at.is_(None)).values(out_at=Visit.in_at))
    session().commit()
