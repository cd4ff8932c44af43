"""Who speaks for an organisation, for documents that it issues."""

from __future__ import annotations

from dataclasses import dataclass

from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.organizations.models import Organization
from timebank.organizations.queries.cards import facts_of


@dataclass(frozen=True, slots=True)
class Contact:
    """Name of the organisation, its head, and the head's telephone number in clear."""

    name: str
    status: str
    head_name: str
    head_phone: str


def contact(key: Key) -> Contact | None:
    """Who speaks for an organisation. Internal."""
    row = session().get(Organization, (key.shard, key.id))
    if row is None:
        return None
    facts = facts_of(row)
    return Contact(row.name, row.status, facts.get("head_name") or "", facts.get("head_phone") or "")
