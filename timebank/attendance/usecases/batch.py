"""Many scans of one gate at once: all that decides about them is read in few statements, they are judged in
their order in memory, and what follows is written in bulk.

The guarantees are those of one scan after the other (`passage.py`): the sign-ups and visits of everybody are
locked in one order, every attempt is kept once, and a person whose visit the unique indexes refuse, or who is
inside elsewhere, is judged one scan after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, update

from timebank.attendance.models import Scan, Visit
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.rules import Direction, GatePolicy, Judgement, Verdict
from timebank.attendance.usecases import visits
from timebank.attendance.usecases.passage import Passage, judged, note_late_leavers, pass_gate, repeats
from timebank.attendance.usecases.scans import (
    FIRST,
    Attempt,
    ScanResult,
    first_result,
    insert_all_once,
    is_answer_to,
    result_of,
    reused,
    scan_values,
)
from timebank.attendance.usecases.visits import Presences, Stay
from timebank.kernel.bulk import among
from timebank.kernel.errors import InvariantBroken, KeyReused
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftGate
from timebank.projects.rules import SignUpStatus
from timebank.projects.usecases import hold_sign_ups
from timebank.volunteers.queries import Standing

UNKNOWN = Judgement(Verdict.REFUSED, "unknown")

LEAVE = (
    update(Visit)
    .where(
        Visit.shard_code == bindparam("shard"),
        Visit.id == bindparam("visit", type_=Visit.id.type),
        Visit.out_at.is_(None),
    )
    .values(
        in_at=bindparam("came"),
        out_at=bindparam("left"),
        out_method=bindparam("how"),
        out_step=bindparam("code_step"),
    )
)


@dataclass
class _Batch:
    work: Work
    gate: ShiftGate
    people: Mapping[Key, Standing]
    places: Mapping[Key, SignUpStatus]
    seen: dict[Key, Presences]
    policy: GatePolicy
    answers: dict[str, ScanResult] = field(default_factory=dict)
    """By client id: what was answered before, and what is answered now."""
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By client id: the rows to be written."""


def pass_all(
    work: Work, gate: ShiftGate, attempts: Sequence[Attempt], people: Mapping[Key, Standing]
) -> list[ScanResult]:
    """Judge attempts at one gate in their order, one answer for each; nobody's attempt is unknown. Internal.

    One whose client id belongs to something else, here or in the upload itself, is answered `reused`, and the
    others go on. Raises KeyReused when somebody else takes the id of one of these at the same moment: then
    nothing was done, and the upload can be sent again.
    """
    places = hold_sign_ups(work, shift=gate.key, volunteers=people)
    seen = visits.presences_of_many(work, gate.key, people)
    batch = _Batch(work, gate, people, places, seen, gate_policy())
    named = {attempt.client_id: attempt for attempt in reversed(attempts)}
    each_once = [attempt for attempt in attempts if named[attempt.client_id] is attempt]
    batch.answers |= _answered(work, gate.key.shard, named)
    elsewhere = {key for key, presences in seen.items() if presences.elsewhere}
    _judge(batch, [each for each in each_once if each.volunteer not in elsewhere])
    apart = elsewhere | _enter(batch)
    _forget(batch, each_once, apart - elsewhere)
    _leave(batch)
    _keep(batch, each_once)
    for attempt in each_once:
        if attempt.volunteer in apart and attempt.client_id not in batch.answers:
            place = places.get(attempt.volunteer)
            batch.answers[attempt.client_id] = pass_gate(work, attempt, gate, attempt.volunteer, place)
    return [_answer(attempt, batch.answers[attempt.client_id]) for attempt in attempts]


def _answer(attempt: Attempt, found: ScanResult) -> ScanResult:
    return found if is_answer_to(found, attempt) else reused(attempt)


def _answered(work: Work, shard: int, client_ids: Collection[str]) -> dict[str, ScanResult]:
    """What was answered under these ids before."""
    asked = select(*FIRST).where(Scan.shard_code == shard, among(Scan.client_id, list(client_ids)))
    rows = work.connection.execute(asked)
    return {row.client_id: first_result(shard, row) for row in rows}


def _judge(batch: _Batch, attempts: Sequence[Attempt]) -> None:
    """Judge in memory; every attempt sees what those before it have done."""
    for attempt in attempts:
        if attempt.client_id in batch.answers:
            continue
        person = batch.people.get(attempt.volunteer) if attempt.volunteer else None
        judgement, visit = (UNKNOWN, None) if person is None else _act(batch, attempt, person)
        scan = Key(attempt.shard, batch.work.new_id())
        batch.answers[attempt.client_id] = result_of(scan, attempt, judgement, visit)
        batch.kept[attempt.client_id] = scan_values(batch.work, scan, attempt, judgement, visit)


def _act(batch: _Batch, attempt: Attempt, person: Standing) -> tuple[Judgement, Key | None]:
    seen = batch.seen[person.key]
    passage = Passage(attempt, batch.gate, person, batch.places.get(person.key), seen, None, batch.work.now)
    judgement = judged(passage, batch.policy)
    here: Stay | None = seen.here
    if judgement.verdict is not Verdict.ACCEPTED:
        if here and attempt.told and repeats(judgement):
            here.moved = here.moved or attempt.happened_at < here.in_at
            here.in_at = min(here.in_at, attempt.happened_at)
        return judgement, Key(person.key.shard, here.id) if here else None
    if attempt.direction is Direction.IN:
        here = Stay.opened(batch.work, attempt, batch.gate.key)
        batch.seen[person.key] = Presences(here, None)
    elif here is None:
        raise InvariantBroken("accepted to leave without a visit")
    else:
        here.left, here.out_method = True, attempt.method
        here.out_at, here.out_step = max(attempt.happened_at, here.in_at), attempt.step
    return judgement, Key(person.key.shard, here.id)


def _enter(batch: _Batch) -> set[Key]:
    """Write the new visits, also those that ended; returns whose the unique indexes refused: another scan
    was faster."""
    new = {key: seen.here for key, seen in batch.seen.items() if seen.here and seen.here.is_new}
    if not new:
        return set()
    rows = [stay.values(key) for key, stay in sorted(new.items())]
    made = insert_all_once(batch.work, Visit, rows)
    return {key for key, stay in new.items() if stay.id not in made}


def _forget(batch: _Batch, attempts: Sequence[Attempt], people: set[Key]) -> None:
    """Judge these anew, one after the other."""
    for attempt in attempts:
        if attempt.volunteer in people and attempt.client_id in batch.kept:
            del batch.kept[attempt.client_id], batch.answers[attempt.client_id]
    for key in people:
        del batch.seen[key]


def _leave(batch: _Batch) -> None:
    """End the visits that were there, and let those begin earlier whose earlier scan came later. All of them
    are locked."""
    stays = [(key, seen.here) for key, seen in batch.seen.items() if seen.here and not seen.here.is_new]
    left = [_left(key, stay) for key, stay in stays if stay.left]
    if left and batch.work.connection.execute(LEAVE, left).rowcount != len(left):
        raise InvariantBroken("a visit was ended while it was locked")
    note_late_leavers(batch.work, batch.gate, [Key(each["shard"], each["visit"]) for each in left])
    for key, stay in stays:
        if stay.moved and not stay.left:
            visits.move_in_time(batch.work, Key(key.shard, stay.id), stay.in_at)


def _left(key: Key, stay: Stay) -> dict[str, Any]:
    return {
        "shard": key.shard,
        "visit": stay.id,
        "came": stay.in_at,
        "left": stay.out_at,
        "how": stay.out_method,
        "code_step": stay.out_step,
    }


def _keep(batch: _Batch, attempts: Sequence[Attempt]) -> None:
    """Keep the attempts; one that came twice at once is answered as it was first."""
    rows = list(batch.kept.values())
    if not rows:
        return
    made = insert_all_once(batch.work, Scan, rows)
    if len(made) < len(rows):
        late = {name for name, row in batch.kept.items() if row["id"] not in made}
        batch.answers |= _answered(batch.work, batch.gate.key.shard, late)
        if not all(
            is_answer_to(batch.answers[each.client_id], each) for each in attempts if each.client_id in late
        ):
            raise KeyReused()
