"""The vectors by which server and phones are held to one table; the phone's half is in tests/browser."""

from __future__ import annotations

import json

from tests.support import vectors
from timebank.attendance.rules import (
    Direction,
    Doubt,
    Judgement,
    Situation,
    Verdict,
    code_mark,
    judge,
    judge_offline,
    read_token,
    write_token,
)
from timebank.attendance.rules.verdicts import CodeUse, Elsewhere, Paper, Person, Presence, Session, Time
from timebank.kernel.ids import Key

KEPT = json.loads(vectors.FILE.read_text(encoding="utf-8"))


def test_the_file_is_what_the_table_says() -> None:
    text = vectors.FILE.read_text(encoding="utf-8")
    assert text == vectors.written(), "run `python -m tests.support.vectors` and review"


def test_the_server_judges_by_the_vectors() -> None:
    for *facts, verdict, why in vectors.unfolded(KEPT):
        direction, session, person, place, time, presence, elsewhere, code, paper = facts
        case = Situation(
            Direction(direction),
            Session(session),
            Person(person),
            place == "yes",
            Time(time),
            Presence(presence),
            Elsewhere(elsewhere),
            CodeUse(code),
            Paper(paper),
        )
        assert judge(case) == Judgement(Verdict(verdict), why), case


def test_the_server_settles_by_the_vectors() -> None:
    for told, judged, code, doubt, verdict, why in KEPT["offline"]:
        found = judge_offline(Verdict(told), Judgement(Verdict(judged), code), Doubt(doubt))
        assert found == Judgement(Verdict(verdict), why), (told, judged, code, doubt)


def test_a_mark_says_less_than_the_code_holds() -> None:
    assert code_mark("salt", "ABCDEFGHJK") == "9b9425d7"
    assert code_mark("other", "ABCDEFGHJK") != code_mark("salt", "ABCDEFGHJK")
    assert 16 ** len(code_mark("salt", "ABCDEFGHJK")) * 100_000 < 30**10, "a hundred thousand codes share it"


def test_a_token_names_its_phone() -> None:
    device = Key.parse("511102-019ab3c4-0000-7000-8000-000000000001")
    assert read_token(write_token(device, "secret.with.dots")) == device
    for other in ("", "secret", "gate", f"gate.{device}", f"gate.{device}.", "gate.nobody.secret"):
        assert read_token(other) is None, other
