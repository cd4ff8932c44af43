"""The thresholds as rows, the standing that is derived from them, and what a certificate states."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name, runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import Work
from timebank.recognition.models import Certificate, StarStanding, StarThreshold
from timebank.recognition.rules import Threshold, digest, in_force
from timebank.volunteers.queries import own_registrations

NOT_DERIVED = -1
"""The minutes of a standing that has just been begun."""


def thresholds_on(day: date) -> list[Threshold]:
    """The thresholds in force on a day."""
    rows = session().scalars(select(StarThreshold))
    return in_force(
        (
            Threshold(row.version, row.stars, row.minutes, row.valid_from, row.valid_to, row.source)
            for row in rows
        ),
        day,
    )


def locked_standing(work: Work, volunteer: Key) -> StarStanding:
    """The volunteer's standing, begun where there is none, locked before the ledger is read.

    Two that derive at once therefore follow one another, and the later one sees at least as much.
    """
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.session.execute(
        insert(StarStanding)
        .values(
            shard_code=volunteer.shard,
            volunteer_id=volunteer.id,
            stars=0,
            minutes=NOT_DERIVED,
            threshold_version="",
            derived_at=work.now,
        )
        .on_conflict_do_nothing()
    )
    return work.session.get_one(
        StarStanding, (volunteer.shard, volunteer.id), with_for_update=True, populate_existing=True
    )


# --- certificates -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a certificate names: as registered on the day of issue, the document's number masked."""

    name: str
    document_type: str
    document_number: str
    volunteer_no: str


def sealed(row: Certificate, field: str, plain: str) -> str:
    """A value encrypted for the column `<field>_sealed` of this certificate."""
    return runtime().vault.encrypt(plain, f"certificates.{field}:{row.key}")


def named_by(row: Certificate) -> Named | None:
    """Whom an issued certificate names; None before the issue and after identity was unlinked."""
    if row.holder_sealed is None:
        return None
    return Named(**json.loads(runtime().vault.decrypt(row.holder_sealed, f"certificates.holder:{row.key}")))


def phone_of(row: Certificate) -> str:
    """The unit's telephone number in clear; empty before the issue."""
    if row.phone_sealed is None:
        return ""
    return runtime().vault.decrypt(row.phone_sealed, f"certificates.phone:{row.key}")


def stated_by(row: Certificate, named: Named) -> dict[str, Any]:
    """What an issued certificate states: the content of its digest (`docs/certificates.md`)."""
    return {
        "number": row.certificate_no,
        "issued_on": row.issued_on.isoformat() if row.issued_on else None,
        "period": {"from": row.period_start.isoformat(), "to": row.period_end.isoformat()},
        "holder": asdict(named),
        "unit": {
            "id": str(row.organization),
            "name": row.organization_name,
            "head": row.head_name,
            "handler": row.handler_name,
            "phone": phone_of(row),
        },
        "total_minutes": row.total_minutes,
        "services": row.lines or [],
    }


def is_intact(row: Certificate) -> bool:
    """Whether what is kept still has the digest of the day of issue; not asked where nobody is named."""
    named = named_by(row)
    return named is None or digest(stated_by(row, named)) == row.content_hash


def own_key(actor: Actor, volunteer: Key) -> Key:
    """Under which registration of theirs a certificate is the actor's, or of a ward.

    It may have been made out to a registration that was folded into the present one. Somebody else's is
    returned as it is: the right is decided afterwards.
    """
    return volunteer if actor.owns(volunteer) else own_registrations(actor).get(volunteer, volunteer)
