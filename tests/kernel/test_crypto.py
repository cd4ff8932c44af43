"""Encryption of fields: what is sealed opens in its place, unaltered, under its own key, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from timebank.kernel.ciphers import NONCE_BYTES, PROVIDERS, field_cipher
from timebank.kernel.crypto import Vault
from timebank.kernel.errors import InvariantBroken

CIPHERS = {name: field_cipher(name, bytes(range(made.key_bytes))) for name, made in PROVIDERS.items()}
VAULTS = {name: Vault({"k1": made}, "k1", (bytes(32),), bytes(32)) for name, made in CIPHERS.items()}
PLACE = "volunteers.phone:511102-0"

every_algorithm = pytest.mark.parametrize("name", PROVIDERS)


@every_algorithm
@settings(deadline=None)
@given(text=st.text(max_size=80))
def test_what_is_sealed_opens(name: str, text: str) -> None:
    stored = VAULTS[name].encrypt(text, PLACE)
    assert VAULTS[name].decrypt(stored, PLACE) == text
    assert stored.startswith("k1.")
    assert len(text) < 4 or text not in stored


@every_algorithm
@settings(deadline=None)
@given(text=st.text(max_size=20), place=st.text(max_size=40).filter(lambda each: each != PLACE))
def test_it_opens_in_its_own_place_only(name: str, text: str, place: str) -> None:
    stored = VAULTS[name].encrypt(text, PLACE)
    with pytest.raises(InvalidTag):
        VAULTS[name].decrypt(stored, place)


@every_algorithm
@settings(deadline=None)
@given(text=st.text(max_size=20), data=st.data())
def test_any_altered_sign_is_refused(name: str, text: str, data: st.DataObject) -> None:
    stored = VAULTS[name].encrypt(text, PLACE)
    at = data.draw(st.integers(len("k1."), len(stored) - 1))
    other = data.draw(st.sampled_from("AZaz09-_=.").filter(lambda sign: sign != stored[at]))
    with pytest.raises(InvalidTag):
        VAULTS[name].decrypt(stored[:at] + other + stored[at + 1 :], PLACE)


@every_algorithm
def test_the_same_text_never_looks_the_same(name: str) -> None:
    assert len({VAULTS[name].encrypt("12000000001", PLACE) for _ in range(200)}) == 200


def test_every_configured_key_opens_and_the_active_one_seals() -> None:
    both = Vault({"k1": CIPHERS["aes"], "k2": CIPHERS["sm4"]}, "k2", (bytes(32),), bytes(32))
    for name, key_id in (("aes", "k1"), ("sm4", "k2")):
        one = Vault({key_id: CIPHERS[name]}, key_id, (bytes(32),), bytes(32))
        assert both.decrypt(one.encrypt("张小山", PLACE), PLACE) == "张小山"
    assert both.encrypt("张小山", PLACE).startswith("k2.")


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(InvariantBroken, match="'k9' is not configured"):
        VAULTS["aes"].decrypt("k9.AAAA", PLACE)


@pytest.mark.parametrize("stored", ["k1.", "k1.AAAA", "k1.张", "k1." + "A" * 37])
def test_what_was_never_sealed_is_refused(stored: str) -> None:
    with pytest.raises(InvalidTag):
        VAULTS["aes"].decrypt(stored, PLACE)


def test_sm4_is_the_cipher_of_the_standard() -> None:
    """The example of RFC 8998, appendix A.1."""
    cipher = field_cipher("sm4", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    nonce = bytes.fromhex("00001234567800000000ABCD")
    context = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    sealed = cipher.encrypt(nonce, plain, context)
    assert sealed.hex().upper().startswith("17F399F08C67D5EE19D0DC9969C4BB7D")
    assert sealed[-16:].hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"
    assert cipher.decrypt(nonce, sealed, context) == plain


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_key_of_the_wrong_length_is_refused_with_the_right_one(name: str) -> None:
    with pytest.raises(ValueError, match=f"{PROVIDERS[name].key_bytes} bytes"):
        field_cipher(name, bytes(PROVIDERS[name].key_bytes + 1))


def test_an_unknown_algorithm_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="aes, sm4"):
        field_cipher("rot13", bytes(32))


@pytest.mark.parametrize("kind", ["phone", "document"])
def test_the_first_index_key_is_current_and_all_are_looked_under(kind: str) -> None:
    new, old = bytes([1]) * 32, bytes([2]) * 32
    both = Vault({"k1": CIPHERS["aes"]}, "k1", (new, old), bytes(32))
    alone = Vault({"k1": CIPHERS["aes"]}, "k1", (old,), bytes(32))
    assert both.blind_indexes(kind, "1") == (both.blind_index(kind, "1"), alone.blind_index(kind, "1"))
    assert both.index_marks[1:] == alone.index_marks
    assert len(set(both.index_marks)) == 2


def test_nonce_and_tag_are_kept_with_the_text() -> None:
    raw = base64.urlsafe_b64decode(VAULTS["aes"].encrypt("", PLACE).removeprefix("k1."))
    assert len(raw) == NONCE_BYTES + 16
