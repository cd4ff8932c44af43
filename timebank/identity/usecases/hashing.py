"""How passwords are hashed and compared."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from timebank.kernel.work import Work

HASHERS = {
    # OWASP's least memory: on SQLite nobody else can write while a password is checked
    "normal": PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),
    "test": PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
}


def hash_password(work: Work, password: str) -> str:
    """The Argon2 hash of a password, with its salt and cost. Internal."""
    return HASHERS[work.runtime.config.password_cost].hash(password)


def is_password(work: Work, hashed: str | None, password: str) -> bool:
    """Whether this is the password of the hash; False where there is none. Internal."""
    hasher = HASHERS[work.runtime.config.password_cost]
    try:
        # an unknown phone takes as long as a known one
        hasher.verify(hashed or hasher.hash("nobody"), password if hashed else "somebody")
        return hashed is not None
    except (VerificationError, InvalidHashError):
        return False
