"""Registrations that are not sent in yet: kept encrypted for whoever holds the token, and for some days."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete

from timebank.kernel.crypto import fingerprint
from timebank.kernel.errors import Expired
from timebank.kernel.ids import Key, new_token
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.volunteers.models import RegistrationDraft
from timebank.volunteers.queries.drafts import SPREAD, find_draft
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import Application
from timebank.volunteers.usecases.registration import register


def keep_draft(work: Work, *, ticket: str | None, content: dict[str, Any]) -> str:
    """Keep what somebody has said so far, in place of what the ticket led to before. Returns the ticket.

    A ticket is a key with a secret, given to the browser alone; one that has run out begins anew.
    """
    work.allow(Permission.VOLUNTEER_REGISTER)
    found = find_draft(ticket, lock=True)
    if found is None or ticket is None:
        return _begin(work, content)
    found.content_sealed = _seal(work, found.key, content)
    found.changed_at, found.expires_at = work.now, _end(work)
    return ticket


def discard_draft(work: Work, *, ticket: str) -> None:
    """Forget what was said; a ticket that leads nowhere changes nothing."""
    work.allow(Permission.VOLUNTEER_REGISTER)
    found = find_draft(ticket, lock=True)
    if found is not None:
        work.session.delete(found)


def send_in_draft(work: Work, *, ticket: str, application: Application) -> Key:
    """Register and delete the draft in one step. Raises Expired("draft-gone"), and what `register` raises."""
    work.allow(Permission.VOLUNTEER_REGISTER)
    found = find_draft(ticket, lock=True)
    if found is None:
        raise Expired("draft-gone")
    work.session.delete(found)
    work.session.flush()
    return register(work, application=application)


def sweep_drafts(work: Work, *, on: date) -> dict[str, int]:
    """Delete the drafts that nobody sent in within their time. A job."""
    work.allow(Permission.JOB_RUN)
    gone = delete(RegistrationDraft).where(RegistrationDraft.expires_at <= work.now)
    return {"drafts": work.connection.execute(gone).rowcount}


def _begin(work: Work, content: dict[str, Any]) -> str:
    unique, secret = work.new_id(), new_token()
    key = Key(unique.int % SPREAD, unique)
    work.session.add(
        RegistrationDraft(
            shard_code=key.shard,
            id=key.id,
            token_hash=fingerprint(secret),
            content_sealed=_seal(work, key, content),
            begun_at=work.now,
            changed_at=work.now,
            expires_at=_end(work),
        )
    )
    return f"{key}.{secret}"


def _seal(work: Work, key: Key, content: dict[str, Any]) -> str:
    return work.runtime.vault.encrypt(
        json.dumps(content, ensure_ascii=False), f"registration_drafts.content:{key}"
    )


def _end(work: Work) -> datetime:
    return work.now + timedelta(days=registration_policy(work.today).draft_days)
