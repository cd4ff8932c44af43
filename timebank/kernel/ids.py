"""Keys of rows. A key names its shard, so that any server can route it (`docs/architecture.md`)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from timebank.kernel.errors import NotFound

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals that cannot be mistaken for one another when read aloud or typed."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Primary key of a distributed row: six-digit county at registration, and a UUIDv7."""

    shard: int
    id: UUID

    def __str__(self) -> str:
        return f"{self.shard:06d}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read `<county>-<uuid>`. Raises NotFound for anything else: such a thing cannot exist."""
        shard, _, rest = text.partition("-")
        try:
            if len(shard) != 6 or not shard.isascii():
                raise ValueError(text)
            return cls(int(shard), UUID(rest))
        except ValueError:
            raise NotFound("unknown-id") from None


def new_id(now: datetime, place: int | None = None) -> UUID:
    """A UUIDv7 of the instant `now`; those of one instant sort by their `place` (RFC 9562, 6.2, method 1)."""
    made = uuid7(timestamp=int(now.timestamp()), nanos=now.microsecond * 1000)
    if place is None:
        return made
    return UUID(int=made.int & ~(_PLACES << 64) | (place & _PLACES) << 64)


_PLACES = 0xFFF
"""The twelve bits after the version."""


def first_id(instant: datetime) -> UUID:
    """Less than every id made at this instant or later, and not less than any made before."""
    return UUID(int=max(0, int(instant.timestamp() * 1000)) << 80)


def new_code(length: int) -> str:
    """A random code a person can read out and type; 30 possibilities for each character."""
    number, code = secrets.randbelow(len(CODE_ALPHABET) ** length), ""
    for _ in range(length):
        number, place = divmod(number, len(CODE_ALPHABET))
        code += CODE_ALPHABET[place]
    return code


def new_token() -> str:
    """A random secret of 256 bits for a link, a session or an API client."""
    return secrets.token_urlsafe(32)


def new_token_in(shard: int) -> str:
    """The same, naming the county in which its row lies: any server can route it."""
    return f"{shard:06d}-{new_token()}"


def shard_of(token: str) -> int:
    """The county that a token of `new_token_in` names; 0, where no rows lie, for any other text."""
    shard, _, secret = token.partition("-")
    return int(shard) if secret and len(shard) == 6 and shard.isascii() and shard.isdigit() else 0
