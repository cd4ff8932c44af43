"""Encryption of single fields, blind indexes for look-up, digests. Primitives come from `cryptography`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag

from timebank.kernel.ciphers import NONCE_BYTES, TAG_BYTES, FieldCipher
from timebank.kernel.errors import InvariantBroken


@dataclass(frozen=True)
class Vault:
    """Holds the keys. Of the field keys the `active` one encrypts and all decrypt; of the index keys the
    first is current, and what was indexed under the others is still found.
    """

    field_keys: Mapping[str, FieldCipher] = field(repr=False)
    active: str
    index_keys: tuple[bytes, ...] = field(repr=False)
    ledger_key: bytes = field(repr=False)

    def encrypt(self, plain: str, context: str) -> str:
        """Encrypt for one place (`table.column:key`); the result names its key: `kid.base64(nonce+text)`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self.field_keys[self.active].encrypt(nonce, plain.encode(), context.encode())
        return f"{self.active}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, context: str) -> str:
        """Undo `encrypt`. Raises InvariantBroken for an unknown key id, InvalidTag for altered text."""
        key_id, _, text = stored.partition(".")
        key = self.field_keys.get(key_id)
        if key is None:
            raise InvariantBroken(f"field key {key_id!r} is not configured")
        raw = _decoded(text)
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()

    def blind_index(self, kind: str, value: str) -> str:
        """A keyed digest by which an encrypted value of one kind can be found, but not read."""
        return _indexed(self.index_keys[0], kind, value)

    def blind_indexes(self, kind: str, value: str) -> tuple[str, ...]:
        """The same under every index key, the current one first: where a value may stand for now."""
        return tuple(_indexed(key, kind, value) for key in self.index_keys)

    @cached_property
    def index_marks(self) -> tuple[str, ...]:
        """By what each index key is known in the database, the current one first; says nothing of the key."""
        return tuple(_indexed(key, "mark", "")[:8] for key in self.index_keys)

    def ledger_digest(self, content: bytes) -> str:
        """A keyed digest of one ledger row, which somebody with only the database cannot make.

        BLAKE2b has a keyed mode of its own (RFC 7693) and takes a quarter of HMAC-SHA-256's time on short
        texts; the whole ledger is digested again whenever it is verified.
        """
        return hashlib.blake2b(content, key=self.ledger_key, digest_size=32).hexdigest()


def _indexed(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidTag from None
    # base64 leaves spare bits in its last sign: an altered one must not pass for the same text
    if len(raw) < NONCE_BYTES + TAG_BYTES or base64.urlsafe_b64encode(raw).decode() != text:
        raise InvalidTag
    return raw


def fingerprint(text: str) -> str:
    """SHA-256 of a random secret (session, token) or of a request; not for guessable values."""
    return hashlib.sha256(text.encode()).hexdigest()
