"""Reading a registration that is not sent in yet, and looking at its document."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from timebank.kernel import claims
from timebank.kernel.clock import local_date
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.volunteers.models import RegistrationDraft, Volunteer
from timebank.volunteers.rules import Document, Stated, check_document

SPREAD = 1000
"""Over how many shards drafts are spread: they have no county yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has said so far."""

    content: dict[str, Any]
    begun_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody takes home who has just registered."""

    volunteer_no: str
    status: str
    reply_due_on: date | None


def receipt(key: Key) -> Receipt:
    """The receipt of a registration, for whoever has just sent it in. Internal. Raises NotFound."""
    row = session().get(Volunteer, (key.shard, key.id))
    if row is None:
        raise NotFound()
    return Receipt(row.volunteer_no, row.status, row.reply_due_on)


def draft(ticket: str | None) -> Draft | None:
    """What the holder of this ticket has said; None when it leads nowhere, or ran out."""
    found = find_draft(ticket)
    if found is None:
        return None
    text = runtime().vault.decrypt(found.content_sealed, f"registration_drafts.content:{found.key}")
    return Draft(json.loads(text), found.begun_at, found.expires_at)


def find_draft(ticket: str | None, *, lock: bool = False) -> RegistrationDraft | None:
    """The row that a ticket leads to. Internal."""
    key, _, secret = (ticket or "").partition(".")
    try:
        parsed = Key.parse(key)
    except NotFound:
        return None
    found = session().get(
        RegistrationDraft,
        (parsed.shard, parsed.id),
        with_for_update=lock or None,
        populate_existing=True,
    )
    if found is None or found.expires_at <= runtime().clock.now():
        return None
    return found if hmac.compare_digest(found.token_hash, fingerprint(secret)) else None


def new_document(kind: str, number: str, stated: Stated) -> Document:
    """The document of somebody who wants to register, checked.

    Whoever asks counts the attempt first (`count_registration`). Raises Invalid as `check_document`, and
    Conflict("document-registered").
    """
    today = local_date(runtime().clock.now(), runtime().config.time_zone)
    found = check_document(kind, number, today, demo=runtime().config.demo, stated=stated)
    if claims.holder("document", found.claim):
        raise Conflict("document-registered", field="document_number")
    return found
