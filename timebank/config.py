"""Frozen, typed configuration from the environment. An unknown or bad value stops the start."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from timebank.kernel.ciphers import FieldCipher, field_cipher

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "TIMEBANK_"
TOOL_VARIABLES = {"VENV", "CHROMIUM", "PG_BIN", "REQUIRE_ALL", "ENV_FILE", "TEST_DATABASES"}
"""Read by the commands around the service, not by the service."""
KEY_ID = re.compile(r"[A-Za-z0-9]{1,16}")
"""It stands before the point in every stored text of its key."""


class ConfigError(Exception):
    """A sentence that says which variable is wrong and what would be right."""


@dataclass(frozen=True)
class Config:
    """Everything an installation may set; each field is the variable TIMEBANK_<FIELD>."""

    database_url: str
    secret_key: str = field(repr=False)
    field_keys: dict[str, FieldCipher] = field(repr=False)
    index_key: tuple[bytes, ...] = field(repr=False)
    ledger_key: bytes = field(repr=False)
    base_url: str = "http://127.0.0.1:8000"
    code_sender: str = "console"
    code_sender_file: str = "instance/codes.txt"
    demo: bool = False
    locale: str = "zh_Hans_CN"
    log_level: str = "INFO"
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_name: str = ""
    password_cost: str = "normal"  # noqa: S105 - how dear hashing is, not a password
    product_name: str = "志愿服务时间账户"
    product_name_en: str = "Volunteer Time Account"
    second_factor: str = "required"
    secure_cookies: bool = False
    service_phone: str = ""
    session_hours: int = 12
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    trusted_proxies: int = 0

    @property
    def active_field_key(self) -> str:
        """The key id that encrypts: the last one given."""
        return list(self.field_keys)[-1]


def load(environ: Mapping[str, str] | None = None) -> Config:
    """Read the configuration. Raises ConfigError with a sentence naming the variable at fault."""
    given = dict(_from_file()) if environ is None else {}
    given.update(os.environ if environ is None else environ)
    values = {name[len(PREFIX) :]: text for name, text in given.items() if name.startswith(PREFIX)}
    _refuse_unknown(values)
    config = Config(**{f.name: _read(f.name, values) for f in fields(Config) if _wanted(f.name, values)})
    if config.oidc_issuer and not config.oidc_client_id:
        raise ConfigError(f"{PREFIX}OIDC_ISSUER is set: set {PREFIX}OIDC_CLIENT_ID as well.")
    if config.demo and "SECOND_FACTOR" not in values:
        return replace(config, second_factor="optional")  # demonstration sign-ins are there to be tried
    return config


def _from_file() -> Mapping[str, str]:
    path = Path(os.environ.get("TIMEBANK_ENV_FILE", ROOT / "instance" / "timebank.env"))
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): text.strip() for name, _, text in pairs}


def _refuse_unknown(values: Mapping[str, str]) -> None:
    known = {f.name.upper() for f in fields(Config)} | TOOL_VARIABLES
    for name in sorted(set(values) - known):
        raise ConfigError(f"{PREFIX}{name} is not a known setting; see the configuration table in README.md.")


def _wanted(name: str, values: Mapping[str, str]) -> bool:
    if name.upper() in values:
        return True
    if name in REQUIRED:
        raise ConfigError(
            f"{PREFIX}{name.upper()} is not set; run `python3 -m timebank up` once to have it made, "
            "or set it as the configuration table in README.md says."
        )
    return False


def _read(name: str, values: Mapping[str, str]) -> Any:
    text = values[name.upper()]
    try:
        return READERS.get(name, str)(text)
    except (ValueError, KeyError, OSError) as error:
        wrong = f"{PREFIX}{name.upper()} has a value that cannot be used"
        raise ConfigError(f"{wrong}: {error}.") from None


def _boolean(text: str) -> bool:
    choices = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    if text.lower() not in choices:
        raise ValueError("say 1 or 0")
    return choices[text.lower()]


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"say one of {', '.join(choices)}")
        return text

    return read


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"say a whole number from {low} to {high}")
        return int(text)

    return read


def _key(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text.encode())
    if len(raw) != 32:
        raise ValueError("say 32 bytes in URL-safe base64")
    return raw


def _index_keys(text: str) -> tuple[bytes, ...]:
    keys = tuple(_key(part.strip()) for part in text.split(","))
    if len(set(keys)) < len(keys):
        raise ValueError("say each key once, the current one first")
    return keys


def _field_keys(text: str) -> dict[str, FieldCipher]:
    parts = [part.strip().split(":") for part in text.split(",")]
    if not all(len(each) in (2, 3) and KEY_ID.fullmatch(each[0]) for each in parts):
        raise ValueError("say name:key or name:sm4:key, more of them separated by commas, the last encrypts")
    names = [each[0] for each in parts]
    if len(set(names)) < len(names):
        raise ValueError("a name stands for one key: say each name once")
    return {name: _field_key(*given) for name, *given in parts}


def _field_key(*given: str) -> FieldCipher:
    algorithm, key = given if len(given) == 2 else ("aes", *given)
    return field_cipher(algorithm, base64.urlsafe_b64decode(key.encode()))


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError("say at least 32 characters")
    return text


def _database_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("say sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE")
    return text


def _issuer(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("say the provider's issuer, beginning with https://")
    return text


def _base_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("say the address people open, beginning with https://")
    return text.rstrip("/")


REQUIRED = ("database_url", "secret_key", "field_keys", "index_key", "ledger_key")
READERS: dict[str, Callable[[str], Any]] = {
    "base_url": _base_url,
    "code_sender": _one_of("console", "file"),
    "database_url": _database_url,
    "demo": _boolean,
    "field_keys": _field_keys,
    "index_key": _index_keys,
    "ledger_key": _key,
    "locale": _one_of("zh_Hans_CN", "en"),
    "log_level": _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    "oidc_issuer": _issuer,
    "password_cost": _one_of("normal", "test"),
    "second_factor": _one_of("required", "optional"),
    "secret_key": _secret,
    "secure_cookies": _boolean,
    "session_hours": _between(1, 24 * 30),
    "time_zone": ZoneInfo,
    "trusted_proxies": _between(0, 5),
}
