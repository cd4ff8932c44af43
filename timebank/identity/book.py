"""Accounts opened many at a time, for people who come in by files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from timebank.identity.models import User
from timebank.kernel import claims
from timebank.kernel.bulk import insert_rows
from timebank.kernel.db import Base
from timebank.kernel.ids import Key
from timebank.kernel.work import Work


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be opened for a volunteer of the same shard; no phone may be among several twice."""

    key: Key
    name: str
    phone: str
    """Checked already: 11 digits."""
    volunteer_id: UUID


def open_accounts(work: Work, wanted: Sequence[NewAccount]) -> set[Key]:
    """Open accounts without a password, as `create_user` does one. Internal.

    Returns the keys of those opened; the phones of the others belong to somebody.
    """
    taken = claims.take_many(work, "phone", {each.phone: each.key for each in wanted})
    opened = [each for each in wanted if each.phone in taken]
    insert_rows(
        work.connection, Base.metadata.tables[User.__tablename__], [_row(work, each) for each in opened]
    )
    work.emit_each("user.created", [(each.key, {}) for each in opened])
    return {each.key for each in opened}


def _row(work: Work, account: NewAccount) -> dict[str, object]:
    return {
        "shard_code": account.key.shard,
        "id": account.key.id,
        "name": account.name,
        "phone_sealed": work.runtime.vault.encrypt(account.phone, f"users.phone:{account.key}"),
        "volunteer_id": account.volunteer_id,
        "locale": work.runtime.config.locale,
        "created_at": work.now,
    }
