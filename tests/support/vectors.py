"""Every situation that a table of verdicts can be asked about, with its answer: for server and phone alike.

`python -m tests.support.vectors` writes them anew after a change of the table, for review.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

from timebank.attendance.rules import (
    REFUSALS,
    TOLD,
    CodeUse,
    Direction,
    Doubt,
    Elsewhere,
    Judgement,
    Paper,
    Person,
    Presence,
    Session,
    Situation,
    Time,
    Verdict,
    judge,
    judge_offline,
)

FILE = Path(__file__).parents[1] / "data" / "verdict_vectors.json"
JUDGED = [Judgement(Verdict.ACCEPTED)] + [
    Judgement(verdict, code) for verdict in (Verdict.REPEATED, Verdict.REFUSED) for code in REFUSALS
]


def situations() -> Iterator[Situation]:
    """All of them, also those that cannot occur; the last fact changes fastest."""
    facts = (Direction, Session, Person, (True, False), Time, Presence, Elsewhere, CodeUse, Paper)
    for combination in product(*facts):
        yield Situation(*combination)


def vectors() -> dict[str, Any]:
    """Online: the facts but the last one, and for each value of that the place of its answer in `answers`.

    Offline: what was told, judged and doubted, and the answer.
    """
    answers: list[list[str | None]] = []
    online = []
    for cases in _by_all_but_the_last():
        facts = [str(value) for value in cases[0].facts.values()]
        online.append([*facts[:-1], [_place(answers, judge(case)) for case in cases]])
    offline = []
    for told, judged, doubt in product(TOLD, JUDGED, Doubt):
        found = judge_offline(told, judged, doubt)
        offline.append([told, judged.verdict, judged.code, doubt, found.verdict, found.code])
    facts = list(next(situations()).facts)
    return {"facts": facts, "last": list(Paper), "answers": answers, "online": online, "offline": offline}


def unfolded(kept: dict[str, Any]) -> list[list[Any]]:
    """Every situation in full: its facts in the order of `facts`, then verdict and code."""
    return [
        [*row[:-1], last, *kept["answers"][place]]
        for row in kept["online"]
        for last, place in zip(kept["last"], row[-1], strict=True)
    ]


def written() -> str:
    """As the file keeps them: a line for each, so that a review sees what changed."""
    found = vectors()
    parts = [f'"{name}": {json.dumps(found[name])}' for name in ("facts", "last", "answers")]
    for name in ("online", "offline"):
        lines = ",\n".join(json.dumps(each) for each in found[name])
        parts.append(f'"{name}": [\n{lines}\n]')
    return "{" + ",\n".join(parts) + "}\n"


def _by_all_but_the_last() -> Iterator[list[Situation]]:
    cases = situations()
    while group := list(islice(cases, len(Paper))):
        yield group


def _place(answers: list[list[str | None]], found: Judgement) -> int:
    answer: list[str | None] = [found.verdict, found.code]
    if answer not in answers:
        answers.append(answer)
    return answers.index(answer)


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
