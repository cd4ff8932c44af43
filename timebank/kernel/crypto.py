"""Encryption of single fields, blind indexes for look-up, digests. Primitives come from `cryptography`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from timebank.kernel.errors import InvariantBroken

NONCE_BYTES = 12


@dataclass(frozen=True)
class Vault:
    """Holds the keys. `field_keys` maps key id to 32 bytes; the `active` one encrypts, all decrypt."""

    field_keys: Mapping[str, bytes] = field(repr=False)
    active: str
    index_key: bytes = field(repr=False)
    ledger_key: bytes = field(repr=False)

    def encrypt(self, plain: str, context: str) -> str:
        """Encrypt for one place (`table.column:key`); the result names its key: `kid.base64(nonce+text)`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.field_keys[self.active]).encrypt(nonce, plain.encode(), context.encode())
        return f"{self.active}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, context: str) -> str:
        """Undo `encrypt`. Raises InvariantBroken for an unknown key id, InvalidTag for altered text."""
        key_id, _, text = stored.partition(".")
        key = self.field_keys.get(key_id)
        if key is None:
            raise InvariantBroken(f"field key {key_id!r} is not configured")
        raw = base64.urlsafe_b64decode(text)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()

    def blind_index(self, kind: str, value: str) -> str:
        """A keyed digest by which an encrypted value of one kind can be found, but not read."""
        return hmac.new(self.index_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()

    def ledger_digest(self, content: bytes) -> str:
        """A keyed digest of one ledger row, which somebody with only the database cannot make.

        BLAKE2b has a keyed mode of its own (RFC 7693) and takes a quarter of HMAC-SHA-256's time on short
        texts; the whole ledger is digested again whenever it is verified.
        """
        return hashlib.blake2b(content, key=self.ledger_key, digest_size=32).hexdigest()


def fingerprint(text: str) -> str:
    """SHA-256 of a random secret (session, token) or of a request; not for guessable values."""
    return hashlib.sha256(text.encode()).hexdigest()
