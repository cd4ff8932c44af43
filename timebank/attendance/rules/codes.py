"""Codes of a venue: the rotating one, bound to one shift and one step of time, and the one on paper.

A rotating code is 35 bytes in base 32 (RFC 4648, capitals, no padding: 56 signs, no spare bit, so it has
exactly one spelling):

    3 bytes  county (shard) of the shift
    16 bytes id of the shift
    4 bytes  step: whole `STEP_SECONDS` since 1970-01-01T00:00Z
    12 bytes the first 96 bits of HMAC-SHA256(secret of the shift, "venue-code-1" + the 23 bytes before)

A printed code, which never changes, has the same first two parts and then the first 88 bits (11 bytes) of
HMAC-SHA256(secret of the shift, "printed-code-1" + the 19 bytes before): 30 bytes, 48 signs. Its length and
its purpose keep the two kinds apart.

With `https://` and a host name of up to 39 signs, `https://<host>/c/<code>` stays within the 106 bytes of QR
version 6 at error level M.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from timebank.kernel.ids import Key

STEP_SECONDS = 20
"""How long a code is shown."""

GRACE_STEPS = 1
"""How many steps longer a code is taken: the time between raising a phone and the request's arrival."""

SEALED_LIFE = timedelta(minutes=5)
"""How long after a scan its sealed instant counts, for people who have to sign in first."""

PURPOSE = b"venue-code-1"
PRINTED_PURPOSE = b"printed-code-1"
COUNTY_BYTES, SHIFT_BYTES, STEP_BYTES, TAG_BYTES = 3, 16, 4, 12
BODY_BYTES = COUNTY_BYTES + SHIFT_BYTES + STEP_BYTES
CODE_BYTES = BODY_BYTES + TAG_BYTES
CODE_LENGTH = CODE_BYTES * 8 // 5
PRINTED_BODY_BYTES, PRINTED_TAG_BYTES = COUNTY_BYTES + SHIFT_BYTES, 11
PRINTED_LENGTH = (PRINTED_BODY_BYTES + PRINTED_TAG_BYTES) * 8 // 5

CodeFault = Literal["unknown", "expired-code"]


@dataclass(frozen=True, slots=True)
class VenueToken:
    """What a code says, before anybody has checked that it is true."""

    shift: Key
    step: int | None
    """None for a printed code."""
    tag: bytes

    @property
    def is_printed(self) -> bool:
        """Whether it is the code on paper."""
        return self.step is None


def step_of(instant: datetime) -> int:
    """The step in which an instant lies."""
    return int(instant.timestamp()) // STEP_SECONDS


def step_ends_at(step: int) -> datetime:
    """When the screen shows the next code."""
    return datetime.fromtimestamp((step + 1) * STEP_SECONDS, UTC)


def valid_until(step: int) -> datetime:
    """Until when a code of this step is taken, grace included."""
    return step_ends_at(step + GRACE_STEPS)


def issue_code(shift: Key, secret: str, step: int) -> str:
    """The code of a shift in one step."""
    body = _body(shift, step)
    return base64.b32encode(body + _tag(secret, body)).decode()


def printed_code(shift: Key, secret: str) -> str:
    """The code of a shift on paper."""
    body = _printed_body(shift)
    return base64.b32encode(body + _printed_tag(secret, body)).decode()


def read_code(text: str) -> VenueToken | None:
    """What a code says, or None for anything that this service cannot have made."""
    if len(text) not in (CODE_LENGTH, PRINTED_LENGTH):
        return None
    try:
        raw = base64.b32decode(text)
    except ValueError:
        return None
    county = int.from_bytes(raw[:COUNTY_BYTES])
    shift = UUID(bytes=raw[COUNTY_BYTES : COUNTY_BYTES + SHIFT_BYTES])
    if len(text) == PRINTED_LENGTH:
        return VenueToken(Key(county, shift), None, raw[PRINTED_BODY_BYTES:])
    step = int.from_bytes(raw[COUNTY_BYTES + SHIFT_BYTES : BODY_BYTES])
    return VenueToken(Key(county, shift), step, raw[BODY_BYTES:])


def code_fault(token: VenueToken, secret: str, at: datetime) -> CodeFault | None:
    """What is wrong with a code at an instant: not made with this secret, older than the grace, or early."""
    if token.step is None:
        expected = _printed_tag(secret, _printed_body(token.shift))
        return None if hmac.compare_digest(token.tag, expected) else "unknown"
    if not hmac.compare_digest(token.tag, _tag(secret, _body(token.shift, token.step))):
        return "unknown"
    return None if 0 <= step_of(at) - token.step <= GRACE_STEPS else "expired-code"


def is_sealed(scanned_at: datetime, now: datetime) -> bool:
    """Whether a sealed scan may still be finished."""
    return timedelta(0) <= now - scanned_at <= SEALED_LIFE


def _body(shift: Key, step: int) -> bytes:
    return shift.shard.to_bytes(COUNTY_BYTES) + shift.id.bytes + step.to_bytes(STEP_BYTES)


def _tag(secret: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), PURPOSE + body, "sha256")[:TAG_BYTES]


def _printed_body(shift: Key) -> bytes:
    return shift.shard.to_bytes(COUNTY_BYTES) + shift.id.bytes


def _printed_tag(secret: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), PRINTED_PURPOSE + body, "sha256")[:PRINTED_TAG_BYTES]
