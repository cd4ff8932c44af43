"""A bad value stops the start with a sentence that says which."""

from __future__ import annotations

import base64

import pytest

from timebank.config import ConfigError, load

KEY = base64.urlsafe_b64encode(bytes(32)).decode()
SHORT = base64.urlsafe_b64encode(bytes(16)).decode()
GOOD = {
    "TIMEBANK_DATABASE_URL": "sqlite:////tmp/timebank.db",
    "TIMEBANK_SECRET_KEY": "x" * 40,
    "TIMEBANK_FIELD_KEYS": f"k1:{KEY}",
    "TIMEBANK_INDEX_KEY": KEY,
    "TIMEBANK_LEDGER_KEY": KEY,
}


def test_defaults_are_enough_beside_the_secrets() -> None:
    config = load(GOOD)
    assert config.locale == "zh_Hans_CN"
    assert str(config.time_zone) == "Asia/Shanghai"
    assert config.active_field_key == "k1"
    assert KEY not in repr(config)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", "k1"),
        ("FIELD_KEYS", f"k 1:{KEY}"),
        ("FIELD_KEYS", f"k1:{KEY},k1:{KEY}"),
        ("FIELD_KEYS", f"k1:sm4:{KEY}"),
        ("FIELD_KEYS", f"k1:rot13:{KEY}"),
        ("FIELD_KEYS", f"k1:{SHORT}"),
        ("INDEX_KEY", f"{KEY},{KEY}"),
        ("INDEX_KEY", "AAAA"),
        ("DEMO", "perhaps"),
        ("TIME_ZONE", "Moon/Crater"),
        ("LOCALE", "fr"),
        ("SESSION_HOURS", "0"),
        ("BASE_URL", "example.org"),
        ("SECOND_FACTOR", "sometimes"),
        ("OIDC_ISSUER", "login.example.org"),
        ("OIDC_ISSUER", "https://login.example.org"),  # without a client id
        ("UNHEARD_OF", "1"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"TIMEBANK_{name}"):
        load(GOOD | {f"TIMEBANK_{name}": value})


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_secret_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("given", "second_factor"),
    [
        ({}, "required"),
        ({"DEMO": "1"}, "optional"),
        ({"DEMO": "1", "SECOND_FACTOR": "required"}, "required"),
        ({"SECOND_FACTOR": "optional"}, "optional"),
    ],
)
def test_officers_need_a_second_factor_but_for_the_demonstration(
    given: dict[str, str], second_factor: str
) -> None:
    config = load(GOOD | {f"TIMEBANK_{name}": value for name, value in given.items()})
    assert config.second_factor == second_factor


def test_the_secret_of_a_provider_is_not_printed() -> None:
    provider = {"ISSUER": "https://login.example.org", "CLIENT_ID": "timebank", "CLIENT_SECRET": "hush-hush"}
    config = load(GOOD | {f"TIMEBANK_OIDC_{name}": value for name, value in provider.items()})
    assert config.oidc_issuer == "https://login.example.org"
    assert "hush-hush" not in repr(config)


def test_keys_name_their_algorithm_and_the_last_encrypts() -> None:
    config = load(GOOD | {"TIMEBANK_FIELD_KEYS": f"k1:{KEY}, k2:sm4:{SHORT}"})
    assert {key_id: cipher.name for key_id, cipher in config.field_keys.items()} == {
        "k1": "AES-256-GCM",
        "k2": "SM4-GCM",
    }
    assert config.active_field_key == "k2"


def test_an_older_index_key_stands_behind_the_current_one() -> None:
    other = base64.urlsafe_b64encode(bytes([1]) * 32).decode()
    assert load(GOOD | {"TIMEBANK_INDEX_KEY": f"{other},{KEY}"}).index_key == (bytes([1]) * 32, bytes(32))
