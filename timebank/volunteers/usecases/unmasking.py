"""Seeing a sensitive field in clear: for a stated purpose, on record, and readable by the person."""

from __future__ import annotations

from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import Guardian, Unmasking, Volunteer
from timebank.volunteers.queries.internal import clear_name
from timebank.volunteers.rules import UNMASKABLE, check_codes, check_reason, collected
from timebank.volunteers.usecases.guardians import present_guardian
from timebank.volunteers.usecases.rows import locked, unseal

COLUMNS = {
    "document_number": "document",
    "phone": "phone",
    "address": "address",
    "emergency": "emergency",
}


def unmask(work: Work, *, volunteer: Key, fields: list[str], purpose: str) -> dict[str, str]:
    """Fields in clear, for a stated purpose; who looked is kept for the person to see.

    What is not known is left out of the answer. Raises Invalid for `fields` or `purpose`.
    """
    row = locked(work, volunteer, Permission.VOLUNTEER_UNMASK)
    found = collected(
        {
            "fields": lambda: _some(check_codes(fields, UNMASKABLE)),
            "purpose": lambda: check_reason(purpose, "purpose"),
        }
    )
    seen = Unmasking(
        shard_code=row.shard_code,
        id=work.new_id(),
        volunteer_id=row.id,
        actor=work.actor.label,
        at=work.now,
        **found,
    )
    work.session.add(seen)
    work.emit("volunteer.unmasked", row.key, unmasking=seen.id, fields=found["fields"])
    clear = {field: _clear(work, row, field) for field in found["fields"]}
    return {field: text for field, text in clear.items() if text}


def _some(chosen: list[str]) -> list[str]:
    if not chosen:
        raise Invalid("required")
    return chosen


def _clear(work: Work, row: Volunteer, field: str) -> str | None:
    if field == "name":
        return clear_name(row)
    if field == "guardian":
        found = present_guardian(work, row.key)
        return _guardian(work, found) if found else None
    return unseal(work, row, COLUMNS[field])


def _guardian(work: Work, found: Guardian) -> str:
    sealed = {"name": found.name_sealed, "document": found.document_sealed, "phone": found.phone_sealed}
    vault = work.runtime.vault
    return "\n".join(vault.decrypt(text, f"guardians.{field}:{found.key}") for field, text in sealed.items())
