"""Rules of certificates, training and awards, and of files of proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from timebank.kernel.errors import Conflict, Invalid
from timebank.qualifications.rules import (
    LARGEST_FILE,
    LONGEST_TRAINING,
    Kind,
    Said,
    check_file,
    check_reason,
    check_waiting,
    checked,
    runs_out_soon,
)

TODAY = date(2026, 11, 21)
FULL = Said(
    title="  救护员  证 ",
    issuer="区红十字会",
    held_on=date(2026, 5, 1),
    number=" 51-A 7 ",
    skill="first_aid",
    valid_until=date(2029, 5, 1),
    content="心肺复苏与止血包扎",
    minutes=480,
    result="passed",
    level="county",
)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        (Kind.SKILL, {"number", "skill", "valid_until", "held_on"}),
        (Kind.TRAINING, {"number", "held_on", "content", "minutes", "result"}),
        (Kind.AWARD, {"number", "held_on", "level"}),
    ],
)
def test_each_kind_keeps_what_belongs_to_it(kind: Kind, kept: set[str]) -> None:
    found = checked(kind, FULL, TODAY)
    assert (found.title, found.issuer) == ("救护员 证", "区红十字会")
    rest = {"held_on", "number", "skill", "valid_until", "content", "minutes", "result", "level"}
    assert {name for name in rest if getattr(found, name) is not None} == kept


@pytest.mark.parametrize(
    ("kind", "changes", "wrong"),
    [
        (Kind.SKILL, {"title": "", "skill": None}, {"title": ["required"], "skill": ["required"]}),
        (Kind.SKILL, {"skill": "flying"}, {"skill": ["not-a-choice"]}),
        (Kind.SKILL, {"valid_until": date(2026, 11, 20)}, {"valid_until": ["expired-already"]}),
        (Kind.SKILL, {"number": "长" * 61}, {"number": ["too-long 60"]}),
        (Kind.SKILL, {"issuer": "一"}, {"issuer": ["wrong-length 2 100"]}),
        (Kind.TRAINING, {"held_on": date(2026, 11, 22)}, {"held_on": ["not-a-past-date"]}),
        (Kind.TRAINING, {"held_on": date(1949, 9, 30)}, {"held_on": ["not-a-past-date"]}),
        (Kind.TRAINING, {"minutes": 0}, {"minutes": [f"out-of-range 1 {LONGEST_TRAINING}"]}),
        (
            Kind.TRAINING,
            {"minutes": LONGEST_TRAINING + 1},
            {"minutes": [f"out-of-range 1 {LONGEST_TRAINING}"]},
        ),
        (Kind.TRAINING, {"content": "长" * 501}, {"content": ["wrong-length 2 500"]}),
        (Kind.TRAINING, {"result": "best"}, {"result": ["not-a-choice"]}),
        (Kind.AWARD, {"level": None, "held_on": None}, {"level": ["required"], "held_on": ["required"]}),
        (Kind.AWARD, {"level": "world"}, {"level": ["not-a-choice"]}),
    ],
)
def test_every_wrong_field_is_named(
    kind: Kind, changes: dict[str, object], wrong: dict[str, list[str]]
) -> None:
    with pytest.raises(Invalid) as refused:
        checked(kind, replace(FULL, **changes), TODAY)  # type: ignore[arg-type]
    assert refused.value.fields == wrong


@pytest.mark.parametrize(
    ("beginning", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
    ],
)
def test_a_file_is_known_by_how_it_begins(beginning: bytes, media_type: str) -> None:
    assert check_file(beginning + b"rest") == media_type
    assert check_file(beginning.ljust(LARGEST_FILE, b"x")) == media_type
    with pytest.raises(Invalid, match="file-too-large 5"):
        check_file(beginning.ljust(LARGEST_FILE + 1, b"x"))


@pytest.mark.parametrize("content", [b"", b"<html>", b"GIF89a", b"x%PDF-", b"PK\x03\x04", b"\x89PNG"])
def test_what_is_no_proof(content: bytes) -> None:
    with pytest.raises(Invalid, match="not-a-proof-file") as refused:
        check_file(content)
    assert set(refused.value.fields) == {"file"}


@pytest.mark.parametrize(
    ("until", "soon"),
    [
        (None, False),
        (date(2026, 11, 20), False),
        (date(2026, 11, 21), True),
        (date(2026, 12, 21), True),
        (date(2026, 12, 22), False),
    ],
)
def test_what_runs_out_soon(until: date | None, soon: bool) -> None:
    assert runs_out_soon(until, TODAY) is soon


def test_decisions() -> None:
    check_waiting("waiting")
    for status in ("accepted", "refused", "expired", "withdrawn"):
        with pytest.raises(Conflict, match="wrong-qualification-status"):
            check_waiting(status)
    assert check_reason(" 看不清 ") == "看不清"
    with pytest.raises(Invalid):
        check_reason("x")
