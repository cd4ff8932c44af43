"""Phones of the gate: the token that one works by, and how it knows a card without holding its code."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key

TOKEN_KIND = "gate"  # noqa: S105
MARK_LENGTH = 8


class DeviceKind(StrEnum):
    """What a device of the gate is for."""

    DESK = "desk"
    """In the hands of somebody who runs the gate: finds people, decides, takes back."""
    KIOSK = "kiosk"
    """Stands at the door for everybody: takes codes, and knows nobody's full name."""


def write_token(device: Key, secret: str) -> str:
    """The token of a phone; it names the phone's row, so that it is found without asking every county."""
    return f"{TOKEN_KIND}.{device}.{secret}"


def read_token(text: str) -> Key | None:
    """The phone that a token speaks of, whether or not it is genuine; None for tokens of another kind."""
    kind, _, rest = text.partition(".")
    named, _, secret = rest.partition(".")
    if kind != TOKEN_KIND or not secret:
        return None
    try:
        return Key.parse(named)
    except NotFound:
        return None


def code_mark(salt: str, code: str) -> str:
    """By what a phone that is off line knows a personal code: 32 bits of its salted SHA-256.

    Less than the code holds (10 signs of 30, 49 bits), so that a lost phone leaves a hundred thousand codes
    for each person to choose from, however fast somebody computes. Two people of a shift share a mark about
    once in four thousand million pairs; the server judges every scan again by the whole code.
    """
    return hashlib.sha256(f"{salt}:{code}".encode()).hexdigest()[:MARK_LENGTH]
