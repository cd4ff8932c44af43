"""Every situation that a table of verdicts can be asked about, with its answer: for server and phone alike.

`python -m tests.support.vectors` writes them anew after a change of the table, for review.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
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
    """All of them, also those that cannot occur."""
    facts = (Direction, Session, Person, (True, False), Time, Presence, Elsewhere, CodeUse)
    for direction, session, person, has_place, time, presence, elsewhere, code in product(*facts):
        yield Situation(direction, session, person, has_place, time, presence, elsewhere, code)


def vectors() -> dict[str, Any]:
    """Online: the facts in the order of `facts`. Offline: what was told, judged and doubted."""
    online = []
    for case in situations():
        found = judge(case)
        online.append([*(str(value) for value in case.facts.values()), found.verdict, found.code])
    offline = []
    for told, judged, doubt in product(TOLD, JUDGED, Doubt):
        found = judge_offline(told, judged, doubt)
        offline.append([told, judged.verdict, judged.code, doubt, found.verdict, found.code])
    return {"facts": list(next(situations()).facts), "online": online, "offline": offline}


def written() -> str:
    """As the file keeps them: a line for each, so that a review sees what changed."""
    found = vectors()
    parts = [f'"facts": {json.dumps(found["facts"])}']
    for name in ("online", "offline"):
        lines = ",\n".join(json.dumps(each) for each in found[name])
        parts.append(f'"{name}": [\n{lines}\n]')
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
