"""Unlinking identity from a registration; for the use-cases of this flat only.

What stays: the volunteer number, sex, year of birth, community and party membership as they were counted,
consents and who looked, and by the volunteer's key everything in the ledger and in service records.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update

from timebank.identity.usecases.leaving import close_user, end_ward
from timebank.kernel import claims
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.volunteers.models import Guardian, StatusReason, Volunteer
from timebank.volunteers.queries.internal import folded_into
from timebank.volunteers.rules import year_of_birth
from timebank.volunteers.usecases.requests import forget_texts, withdraw_all
from timebank.volunteers.usecases.rows import held, release_document, seal, unseal

SEALED = ("document", "phone", "personal_code", "address", "emergency")


def unlink(work: Work, row: Volunteer) -> None:
    """Unlink everything that says who somebody is, also in registrations folded into this one. Internal."""
    close_identity(work, row)
    _forget_name(work, row)
    for key in folded_into(row.key):
        _forget_name(work, held(work, key))


def close_identity(work: Work, row: Volunteer) -> None:
    """Free document, code and phone, close the account, empty what is sealed; the name stays. Internal."""
    release_document(work, row)
    code = unseal(work, row, "personal_code")
    if code:
        claims.release(work, "personal-code", code)
    for field in SEALED:
        seal(work, row, field, None)
    row.national_no = row.employer = row.education = row.occupation = row.initials = None
    row.availability, row.skills, row.categories = [], [], []
    row.erased_at = work.now
    withdraw_all(work, row)
    forget_texts(work, row)
    _forget_guardians(work, row)
    if row.user_id is not None:
        close_user(work, user=Key(row.shard_code, row.user_id))


def _forget_name(work: Work, row: Volunteer) -> None:
    row.name, row.name_sealed, row.status_reason = "", None, None
    row.born_on = year_of_birth(row.born_on)
    work.session.execute(
        delete(StatusReason).where(
            StatusReason.shard_code == row.shard_code, StatusReason.volunteer_id == row.id
        )
    )


def _forget_guardians(work: Work, row: Volunteer) -> None:
    those = (Guardian.shard_code == row.shard_code, Guardian.volunteer_id == row.id)
    users = work.session.execute(select(Guardian.user_shard, Guardian.user_id).where(*those)).all()
    work.session.execute(
        update(Guardian).where(*those).values(name_sealed=None, document_sealed=None, phone_sealed=None)
    )
    work.session.execute(
        update(Guardian).where(*those, Guardian.ended_at.is_(None)).values(ended_at=work.now)
    )
    for user in sorted({Key(*each) for each in users}):
        end_ward(work, guardian=user, ward=row.key)
