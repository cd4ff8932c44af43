"""Authenticated encryption as providers under one interface: AES for most, SM4 where GB/T 39786 asks for it.

Another algorithm, or a hardware module, is one more class in `PROVIDERS`; stored text names a key, a key
names its algorithm, so what an older one encrypted stays readable beside it.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.backends.openssl.backend import backend
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
TAG_BYTES = 16


class FieldCipher(Protocol):
    """One key of one algorithm."""

    name: ClassVar[str]
    key_bytes: ClassVar[int]

    def __init__(self, key: bytes) -> None: ...

    def encrypt(self, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        """The encrypted text with its tag behind it; it opens only with the same context."""
        ...

    def decrypt(self, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        """Undo `encrypt`. Raises InvalidTag for altered text or another context."""
        ...


class AesGcm:
    """AES-256 in Galois/Counter Mode (NIST SP 800-38D)."""

    name: ClassVar[str] = "AES-256-GCM"
    key_bytes: ClassVar[int] = 32

    def __init__(self, key: bytes) -> None:
        self._gcm = AESGCM(key)

    def encrypt(self, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        return self._gcm.encrypt(nonce, plain, context)

    def decrypt(self, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        return self._gcm.decrypt(nonce, sealed, context)


class Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/Counter Mode."""

    name: ClassVar[str] = "SM4-GCM"
    key_bytes: ClassVar[int] = 16

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)
        self._prove()

    def encrypt(self, nonce: bytes, plain: bytes, context: bytes) -> bytes:
        work = Cipher(self._key, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(context)
        return work.update(plain) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, sealed: bytes, context: bytes) -> bytes:
        text, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        work = Cipher(self._key, modes.GCM(nonce, tag)).decryptor()
        work.authenticate_additional_data(context)
        return work.update(text) + work.finalize()

    def _prove(self) -> None:
        try:
            self.encrypt(bytes(NONCE_BYTES), b"", b"")
        except UnsupportedAlgorithm:
            version = backend.openssl_version_text()
            raise ValueError(f"the cryptography library here ({version}) has no SM4-GCM") from None


PROVIDERS: dict[str, type[FieldCipher]] = {"aes": AesGcm, "sm4": Sm4Gcm}
"""By the word that stands before a key in TIMEBANK_FIELD_KEYS."""


def field_cipher(algorithm: str, key: bytes) -> FieldCipher:
    """The cipher of one key. Raises ValueError with a sentence for what cannot be used."""
    if algorithm not in PROVIDERS:
        raise ValueError(f"the algorithm of a key is one of {', '.join(PROVIDERS)}")
    provider = PROVIDERS[algorithm]
    if len(key) != provider.key_bytes:
        raise ValueError(f"a key of {provider.name} has {provider.key_bytes} bytes in URL-safe base64")
    return provider(key)
