"""An organisation on its way into the register: entered, applied for, corrected, handed in."""

from __future__ import annotations

from typing import Any, Unpack

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.organizations.models import Organization
from timebank.organizations.queries.cards import facts_of
from timebank.organizations.rules import ENDED, OPEN_FACTS, Action, Facts, Status, checked_facts, next_status
from timebank.organizations.usecases.rows import administered, free_credit_code, hold_credit_code, note
from timebank.regions.queries import region

LEVELS = ("county", "township", "village")


def register_organization(work: Work, **facts: Unpack[Facts]) -> Key:
    """Enter an organisation (unified social credit code) or a team (filing number) from the register.

    Another officer decides before it is active (maker ≠ checker); only what the system itself enters is
    active at once. Raises Invalid naming every wrong field, Conflict("organization-registered").
    """
    work.allow(Permission.ORGANIZATION_WRITE, region=facts["region_code"])
    row = _new(work, facts, complete=False)
    row.status = Status.ACTIVE if work.actor.is_system else Status.SUBMITTED
    row.submitted_by, row.submitted_at = work.actor.label, work.now
    _keep(work, row)
    hold_credit_code(work, row)
    note(work, row, "organization.registered")
    return row.key


def draft_organization(work: Work, *, hand_in: bool = False, **facts: Unpack[Facts]) -> Key:
    """Write down an application, and hand it in if wanted.

    Internal: the caller decides the right and who becomes administrator. Raises Invalid naming every field
    that is missing or wrong, Conflict("organization-registered").
    """
    row = _new(work, facts, complete=True)
    found = region(row.region_code)
    if found is None or found.level not in LEVELS:
        raise Invalid("region-too-wide", field="region_code")
    row.status = Status.DRAFT
    _keep(work, row)
    note(work, row, "organization.founded")
    if hand_in:
        _submit(work, row)
    return row.key


def edit_organization(work: Work, *, organization: Key, **changes: Unpack[Facts]) -> None:
    """Change what an organisation says of itself; what is not given stays.

    Its administrators change an accepted organisation's head, categories and introduction; what an officer
    has looked at, only an officer changes. Raises Invalid, Conflict("officer-changes-this" | "wrong-status" |
    "organization-registered").
    """
    row = administered(work, organization)
    row.status = next_status(row.status, Action.EDIT)
    is_officer = work.actor.can(Permission.ORGANIZATION_WRITE, region=row.region_code)
    before: dict[str, Any] = {**facts_of(row)}
    facts = {**before, **changes}
    found = _checked(work, facts, complete=not is_officer)
    changed = sorted(name for name, value in found.items() if value != before[name])
    if not is_officer and row.status in (Status.ACTIVE, Status.SUSPENDED):
        _refuse_reviewed(changed)
    if "region_code" in changed and is_officer:
        work.allow(Permission.ORGANIZATION_WRITE, region=found["region_code"])
    if "credit_code" in changed:
        free_credit_code(work, row)
    _describe(work, row, found)
    if row.status not in ENDED | {Status.DRAFT}:
        hold_credit_code(work, row)
    if changed:
        note(work, row, "organization.changed")


def submit_organization(work: Work, *, organization: Key) -> None:
    """Hand an application in, for the first time or corrected. From now on nobody else can have its code.

    Raises Conflict("wrong-status" | "organization-registered").
    """
    _submit(work, administered(work, organization))


def withdraw_organization(work: Work, *, organization: Key) -> None:
    """Take back an application that nobody has accepted. Raises Conflict("wrong-status")."""
    row = administered(work, organization)
    row.status = next_status(row.status, Action.WITHDRAW)
    free_credit_code(work, row)
    note(work, row, "organization.withdrawn")


def _submit(work: Work, row: Organization) -> None:
    row.status = next_status(row.status, Action.SUBMIT)
    row.status_reason = None
    row.submitted_by, row.submitted_at = work.actor.label, work.now
    hold_credit_code(work, row)
    note(work, row, "organization.submitted")


def _new(work: Work, facts: Facts, *, complete: bool) -> Organization:
    found = _checked(work, facts, complete=complete)
    key = Key(county_of(found["region_code"]), work.new_id())
    row = Organization(shard_code=key.shard, id=key.id, created_at=work.now, created_by=work.actor.label)
    _describe(work, row, found)
    return row


def _keep(work: Work, row: Organization) -> None:
    work.session.add(row)
    work.session.flush()


def _checked(work: Work, facts: Facts | dict[str, Any], *, complete: bool) -> dict[str, Any]:
    found = checked_facts(facts, work.today, demo=work.runtime.config.demo, complete=complete)
    code = facts["region_code"]
    if region(code) is None:
        raise Invalid("unknown-region", field="region_code")
    return {**found, "region_code": code}


def _refuse_reviewed(changed: list[str]) -> None:
    for name in changed:
        if name not in OPEN_FACTS:
            raise Conflict("officer-changes-this", field=name)


def _describe(work: Work, row: Organization, found: dict[str, Any]) -> None:
    phone = found["head_phone"]
    for name, value in found.items():
        if name != "head_phone":
            setattr(row, name, value)
    sealed = work.runtime.vault.encrypt(phone, f"organizations.head_phone:{row.key}") if phone else None
    row.head_phone_sealed = sealed
