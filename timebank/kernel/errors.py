"""One tree of errors. `code` is stable and kebab-case; only `web/problem.py` knows status numbers."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

from timebank.config import ROOT


class TimebankError(Exception):
    """An expected refusal: a stable code, and the numbers and names its sentence needs."""

    default_code = "error"

    def __init__(self, code: str | None = None, **params: object) -> None:
        self.code = code or self.default_code
        self.params = params
        super().__init__(self.code)


class Invalid(TimebankError):
    """The input cannot be accepted. `fields` maps a field to the codes of what is wrong with it."""

    default_code = "invalid"

    def __init__(
        self,
        code: str | None = None,
        *,
        field: str | None = None,
        fields: Mapping[str, list[str]] | None = None,
        **params: object,
    ) -> None:
        super().__init__(code, **params)
        self.names_fields = fields is not None
        """Whether it says by itself which fields it is about, and not only what is wrong."""
        found = {name: list(codes) for name, codes in (fields or {}).items()}
        if field:
            found.setdefault(field, []).append(self.code)
        self.fields = found


class Unauthenticated(TimebankError):
    """Nobody is signed in, and somebody must be."""

    default_code = "sign-in-required"


class Forbidden(TimebankError):
    """The person is known and has no such right."""

    default_code = "forbidden"


class NotFound(TimebankError):
    """There is no such thing, or not for this person."""

    default_code = "not-found"


class Conflict(TimebankError):
    """The state of things does not allow it (any more). `fields` tells apart what stands in the way."""

    default_code = "conflict"

    def __init__(
        self, code: str | None = None, *, fields: Mapping[str, list[str]] | None = None, **params: object
    ) -> None:
        super().__init__(code, **params)
        self.fields = {name: list(codes) for name, codes in (fields or {}).items()}


class KeyReused(TimebankError):
    """An idempotency key came a second time with other content."""

    default_code = "key-reused"


class Expired(TimebankError):
    """A code, a link or a deadline has run out."""

    default_code = "expired"


class TooMany(TimebankError):
    """Too many attempts; `retry_after` is in seconds."""

    default_code = "too-many-attempts"

    def __init__(self, code: str | None = None, *, retry_after: int, **params: object) -> None:
        super().__init__(code, retry_after=retry_after, **params)
        self.retry_after = retry_after


class Unavailable(TimebankError):
    """The database or another part cannot answer now; trying again is right."""

    default_code = "unavailable"


class InvariantBroken(Exception):
    """A defect in this program. Never caught."""


def fault_of(error: BaseException) -> str:
    """An error in a few words for logs and histories: what kind, where in the code, and our own codes.

    The message of a foreign error is left out: a database writes the values of the row into it.
    """
    kind = type(error).__name__
    if isinstance(error, TimebankError):
        kind += f" {error.code}"
    elif isinstance(error, InvariantBroken):
        kind += f" {error}"
    elif (cause := getattr(error, "orig", None)) is not None:
        kind += f" {type(cause).__name__} {getattr(cause, 'sqlstate', None) or ''}".rstrip()
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_own(frame.filename)] or list(frames)
    return f"{kind} at {Path(ours[-1].filename).stem}:{ours[-1].lineno}" if ours else kind


def _is_own(filename: str) -> bool:
    return filename.startswith(str(ROOT)) and "site-packages" not in filename
