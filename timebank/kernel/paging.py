"""Pages of a list by keyset: a limit of at most 200 and an opaque cursor."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key

T = TypeVar("T")
LARGEST = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of a list, and the cursor of the next page where there is one."""

    items: list[T]
    next: str | None = None


def write_cursor(*position: str | int) -> str:
    """Make an opaque cursor of the last row's position."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> list[str | int]:
    """Read a cursor. Raises Invalid for one that this service did not make."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise Invalid("invalid-cursor", field="cursor") from None
    if not isinstance(found, list):
        raise Invalid("invalid-cursor", field="cursor")
    return found


def key_cursor(key: Key) -> str:
    """The cursor of a list ordered by (shard_code, id)."""
    return write_cursor(key.shard, str(key.id))


def after_key(cursor: str | None) -> Key | None:
    """The key after which a page of a list ordered by (shard_code, id) begins."""
    if cursor is None:
        return None
    try:
        shard, unique = read_cursor(cursor)
        return Key(int(shard), UUID(str(unique)))
    except (ValueError, TypeError):
        raise Invalid("invalid-cursor", field="cursor") from None


def page_of(found: list[T], limit: int, cursor_of_last: str) -> Page[T]:
    """A page from up to `limit + 1` found items; `cursor_of_last` belongs to item number `limit`."""
    return Page(found[:limit], cursor_of_last if len(found) > limit else None)
