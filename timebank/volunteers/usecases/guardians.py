"""Guardians of volunteers under age: named, asked, and consenting (PIPL Art. 31, Regulation Art. 7)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from timebank.identity.queries import user_by_phone
from timebank.identity.rules import plain
from timebank.identity.usecases import add_grant, create_user, end_role, rename_user
from timebank.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work
from timebank.volunteers.models import Guardian, Volunteer
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import Action, GuardianSaid, Status
from timebank.volunteers.rules.application import CheckedGuardian, check_guardian
from timebank.volunteers.usecases.consents import keep_consents
from timebank.volunteers.usecases.rows import (
    EVENTS,
    advance,
    held,
    locked,
    refuse_ended,
    release_document,
    set_name,
    unseal,
)

ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(days=1)
BATCH = 500
"""Whoever got the wrong message must not find out a document number by trying."""


def keep_guardian(
    work: Work, row: Volunteer, guardian: CheckedGuardian, channel: str, *, signed: bool
) -> None:
    """Name the guardian of a volunteer; `signed` when an officer holds the written consent. Internal."""
    key = Key(row.shard_code, work.new_id())
    user = user_by_phone(guardian.phone) or create_user(
        work, shard=row.shard_code, name=guardian.name, phone=guardian.phone
    )
    if row.user_id == user.id:
        raise Invalid("guardian-phone-is-own", field="guardian_phone")
    vault = work.runtime.vault
    found = Guardian(
        shard_code=key.shard,
        id=key.id,
        volunteer_id=row.id,
        name_sealed=vault.encrypt(guardian.name, f"guardians.name:{key}"),
        relation=guardian.relation,
        document_type=guardian.document_number.type,
        document_sealed=vault.encrypt(guardian.document_number.number, f"guardians.document:{key}"),
        phone_sealed=vault.encrypt(guardian.phone, f"guardians.phone:{key}"),
        user_shard=user.shard,
        user_id=user.id,
        channel=channel,
        entered_by=work.actor.label,
        entered_at=work.now,
    )
    work.session.add(found)
    work.session.flush()
    if signed:
        _consent(work, row, found, channel)


def name_guardian(work: Work, *, volunteer: Key, guardian: GuardianSaid) -> None:
    """Name the guardian of somebody under age who has none, or another as long as the first did not consent.

    For the person or an officer of the region. Raises Invalid with the fields `guardian_*`,
    Conflict("guardian-consented"), Conflict("guardian-not-needed"), Conflict("wrong-status").
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_WRITE)
    refuse_ended(row)
    policy = registration_policy(work.today)
    if not policy.is_minor(row.born_on, work.today):
        raise Conflict("guardian-not-needed")
    checked = check_guardian(guardian, work.today, policy, work.runtime.config.demo)
    before = present_guardian(work, volunteer)
    if before is not None and before.consented_at is not None:
        raise Conflict("guardian-consented")
    if before is not None:
        before.ended_at = work.now
        work.session.flush()
    channel = "web" if work.actor.owns(volunteer) else "window"
    keep_guardian(work, row, checked, channel, signed=False)
    work.emit("volunteer.guardian_named", row.key)


def consent_as_guardian(work: Work, *, volunteer: Key, document_number: str) -> None:
    """The named guardian agrees, signed in by the phone that was given and with the own document number.

    Raises NotFound for who was not named, Invalid("guardian-document-differs"), Conflict("wrong-status").
    """
    found = _asked(work, volunteer)
    number = work.runtime.vault.decrypt(found.document_sealed, f"guardians.document:{found.key}")
    if plain(document_number).upper() != number:
        raise Invalid("guardian-document-differs", field="document_number")
    row = held(work, volunteer)
    if found.consented_at is not None:
        return
    _consent(work, row, found, "web")
    _go_on(work, row)


def refuse_as_guardian(work: Work, *, volunteer: Key) -> None:
    """The named guardian does not agree: the registration is rejected. Raises Conflict("wrong-status")."""
    found = _asked(work, volunteer)
    row = held(work, volunteer)
    if found.consented_at is not None:
        raise Conflict("wrong-status", status=row.status)
    found.ended_at = work.now
    advance(work, row, Action.REJECT)
    release_document(work, row)
    work.emit("volunteer.guardian_refused", row.key)


def record_guardian_consent(work: Work, *, volunteer: Key) -> None:
    """An officer holds the guardian's written consent. Raises Conflict("guardian-required")."""
    row = locked(work, volunteer, Permission.VOLUNTEER_ASSIST)
    found = present_guardian(work, volunteer)
    if found is None:
        raise Conflict("guardian-required")
    if found.consented_at is None:
        _consent(work, row, found, "window")
        _go_on(work, row)


def come_of_age(work: Work, *, on: date) -> dict[str, int]:
    """Who is of age now needs no guardian: the name is kept like an adult's, the guardian's rights end.

    A job; whoever was taken in once is not found again.
    """
    work.allow(Permission.JOB_RUN)
    grown = registration_policy(on).adult_since(on)
    done = 0
    while rows := _sealed_adults(work, grown):
        for row in rows:
            _come_of_age(work, row)
        work.session.flush()
        done += len(rows)
    return {"people": done}


def _sealed_adults(work: Work, grown: date) -> list[Volunteer]:
    """Some of those who are of age by their birthday and still kept as minors."""
    return list(
        work.session.scalars(
            select(Volunteer)
            .where(Volunteer.name_sealed.is_not(None), Volunteer.born_on <= grown)
            .order_by(Volunteer.shard_code, Volunteer.id)
            .limit(BATCH)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _come_of_age(work: Work, row: Volunteer) -> None:
    set_name(work, row, unseal(work, row, "name") or row.name, is_minor=False)
    if row.user_id is not None:
        rename_user(work, user=Key(row.shard_code, row.user_id), name=row.name)
    found = present_guardian(work, row.key)
    if found is not None:
        found.ended_at = work.now
        end_role(work, user=Key(found.user_shard, found.user_id), role=Role.GUARDIAN, ward=row.key)
    if row.status == Status.AWAITING_GUARDIAN:
        advance(work, row, Action.COME_OF_AGE)
    else:
        work.emit(EVENTS[Action.COME_OF_AGE], row.key, status=row.status)


def count_guardian_attempt(work: Work, *, volunteer: Key) -> None:
    """Count a guardian's attempt to name the document, in a `perform` of its own. Raises TooMany."""
    _asked(work, volunteer)
    count_attempt(work, "guardian-document", str(volunteer), ATTEMPTS, ATTEMPT_WINDOW)


def has_consented(work: Work, volunteer: Key) -> bool:
    """Whether the present guardian has consented. Internal."""
    found = present_guardian(work, volunteer)
    return found is not None and found.consented_at is not None


def present_guardian(work: Work, volunteer: Key) -> Guardian | None:
    """The guardian there is now. Internal."""
    return work.session.scalar(
        select(Guardian)
        .where(
            Guardian.shard_code == volunteer.shard,
            Guardian.volunteer_id == volunteer.id,
            Guardian.ended_at.is_(None),
        )
        .with_for_update()
    )


def _asked(work: Work, volunteer: Key) -> Guardian:
    """The guardian's row, when the actor is the one who was named."""
    if work.actor.user is None:
        raise Unauthenticated()
    found = present_guardian(work, volunteer)
    if found is None or Key(found.user_shard, found.user_id) != work.actor.user:
        raise NotFound()
    work.allow(Permission.VOLUNTEER_WRITE, owner=work.actor.user)
    return found


def _consent(work: Work, row: Volunteer, found: Guardian, channel: str) -> None:
    found.consented_at = work.now
    keep_consents(work, row.key, ["guardian"], channel)
    guardian = Key(found.user_shard, found.user_id)
    add_grant(work, user=guardian, role=Role.GUARDIAN, ward=row.key)


def _go_on(work: Work, row: Volunteer) -> None:
    """Consent may come before the document was compared; then that is still to be done."""
    if row.status == Status.AWAITING_GUARDIAN:
        advance(work, row, Action.GUARDIAN_CONSENT)
    else:
        work.emit(EVENTS[Action.GUARDIAN_CONSENT], row.key, status=row.status)
