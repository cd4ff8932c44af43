"""Files of people: staged encrypted, judged row by row, then registered in batches that each commit.

A batch moves the import's position in the same transaction in which it registers people, under the lock of
the import's row. So whoever is killed has done a batch or nothing of it, and two who work on one import take
turns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute

from timebank.identity.queries import actor_for
from timebank.kernel.bulk import insert_rows
from timebank.kernel.db import Base
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.regions.queries import region as region_card
from timebank.volunteers.imports import Sheet
from timebank.volunteers.models import ImportProblem, ImportRow, VolunteerImport
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules.importing import (
    FINISHED,
    WORKING,
    ImportStatus,
    Problem,
    Values,
    document_key,
    moved,
    phone_key,
)
from timebank.volunteers.usecases.bulk import register_many
from timebank.volunteers.usecases.judging import Staged, is_known, judge, taken_already

BATCH = 2_000
"""Rows of one transaction: some tenths of a second, so that others on SQLite need not wait."""
STAGING = 5_000
NAME_LONGEST = 100

S = ImportStatus


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in; its name without any path."""

    name: str
    size: int
    digest: str
    """SHA-256 of its bytes."""


# --- what officers do -------------------------------------------------------------------------------


def stage_import(work: Work, *, region: int, file: Upload, sheet: Callable[[], Sheet]) -> Key:
    """Stage a file of people who live in a region; the dry run follows by itself.

    `sheet` opens the file, again when the transaction is tried again. Raises Invalid for `file` as
    `read_sheet` does, and for `region_code`.
    """
    work.allow(Permission.VOLUNTEER_IMPORT, region=region)
    if region_card(region) is None:
        raise Invalid("no-such-region", field="region_code")
    read = sheet()
    row = VolunteerImport(
        shard_code=county_of(region),
        id=work.new_id(),
        region_code=region,
        file_name=file.name[-NAME_LONGEST:],
        file_size=file.size,
        file_hash=file.digest,
        form=read.form,
        ignored=read.ignored,
        uploaded_by=work.actor.label,
        uploaded_at=work.now,
        status=S.CHECKING,
        moved_at=work.now,
        **dict.fromkeys("rows position handled ready faulty known entered late".split(), 0),
    )
    work.session.add(row)
    work.session.flush()
    row.rows = _stage(work, row.key, read.rows)
    if not row.rows:
        raise Invalid("file-empty", field="file")
    work.emit("volunteer_import.uploaded", row.key, region=region, rows=row.rows)
    return row.key


def unfinished_import(work: Work, *, region: int, digest: str) -> Key | None:
    """The unfinished import of the same file for the same region by the same actor, if there is one."""
    work.allow(Permission.VOLUNTEER_IMPORT, region=region)
    row = work.session.scalars(
        select(VolunteerImport)
        .where(
            VolunteerImport.shard_code == county_of(region),
            VolunteerImport.region_code == region,
            VolunteerImport.file_hash == digest,
            VolunteerImport.uploaded_by == work.actor.label,
            VolunteerImport.status.not_in(FINISHED),
        )
        .order_by(VolunteerImport.id.desc())
        .limit(1)
    ).first()
    return row.key if row else None


def move_import(work: Work, *, volunteer_import: Key, move: str) -> None:
    """Start, pause, resume or cancel an import; whoever was registered stays so.

    Raises NotFound, Conflict("wrong-status"), Conflict("nothing-to-import").
    """
    work.allow(Permission.VOLUNTEER_IMPORT)
    row = _held(work, volunteer_import)
    work.allow(Permission.VOLUNTEER_IMPORT, region=row.region_code)
    row.status = moved(S(row.status), move)
    if move == "start":
        _start(work, row)
    elif move == "cancel":
        _empty(work, row)
    row.moved_at = work.now
    work.emit(EVENTS[move], row.key, entered=row.entered)


EVENTS = {
    "start": "volunteer_import.started",
    "pause": "volunteer_import.paused",
    "resume": "volunteer_import.resumed",
    "cancel": "volunteer_import.cancelled",
}


def _start(work: Work, row: VolunteerImport) -> None:
    if not row.ready:
        raise Conflict("nothing-to-import")
    row.started_by, row.started_at = work.actor.label, work.now


# --- what the worker and the command do -------------------------------------------------------------


def work_on_import(work: Work, happening: Happening) -> None:
    """Handle one batch of an import, and tell the worker to come again while there are more."""
    if advance_import(work, volunteer_import=happening.subject):
        work.emit("volunteer_import.advanced", happening.subject)


def advance_import(work: Work, *, volunteer_import: Key) -> bool:
    """Judge or register the next batch of rows; whether there are more to come.

    Acts by the right of whoever uploaded the file: who has lost it meanwhile registers nobody any more.
    """
    work.allow(Permission.JOB_RUN)
    row = _held(work, volunteer_import)
    if row.status not in WORKING:
        return False
    acting = _acting(work, row)
    if acting is None:
        row.status, row.note, row.moved_at = S.CANCELLED, "right-lost", work.now
        _empty(work, row)
        work.emit(EVENTS["cancel"], row.key, entered=row.entered)
        return False
    staged = _next_rows(work, row)
    if staged:
        {S.CHECKING: _check, S.RUNNING: _register}[S(row.status)](acting, row, staged)
        row.position, row.handled = staged[-1].line, row.handled + len(staged)
    row.moved_at = work.now
    if len(staged) < BATCH:
        _end_pass(work, row)
    return row.status in WORKING


def sweep_imports(work: Work, *, on: date) -> dict[str, int]:
    """Delete the rows of files that nobody needs any more; give up those that nobody went on with. A job."""
    work.allow(Permission.JOB_RUN)
    before = work.now - timedelta(days=registration_policy(on).draft_days)
    old = list(
        work.session.scalars(
            select(VolunteerImport).where(
                VolunteerImport.emptied_at.is_(None), VolunteerImport.moved_at < before
            )
        )
    )
    for row in old:
        if row.status not in FINISHED:
            row.status, row.note = S.CANCELLED, "too-old"
            work.emit(EVENTS["cancel"], row.key, entered=row.entered)
    return {"imports": len(old), "import_rows": sum(_empty(work, row) for row in old)}


# --- staging ----------------------------------------------------------------------------------------


def _stage(work: Work, key: Key, rows: Iterator[tuple[int, Values]]) -> int:
    """Store the rows encrypted; what stands twice in the file is seen here. Returns how many there are."""
    policy = registration_policy(work.today)
    documents: dict[str, int] = {}
    phones: dict[str, int] = {}
    count = 0
    while batch := list(islice(rows, STAGING)):
        count += len(batch)
        _insert(
            work,
            ImportRow,
            [
                {
                    **_staged(work, key, line, values),
                    "same_document": _earlier(documents, document_key(values), line),
                    "same_phone": _earlier(
                        phones,
                        phone_key(values, policy.account_years, work.today, work.runtime.config.demo),
                        line,
                    ),
                }
                for line, values in batch
            ],
        )
    return count


def _earlier(seen: dict[str, int], key: str | None, line: int) -> int | None:
    """The line in which this stood first; None when this is the first."""
    first = line if key is None else seen.setdefault(key, line)
    return None if first == line else first


def _staged(work: Work, key: Key, line: int, values: Values) -> dict[str, Any]:
    own = Key(key.shard, work.new_id())
    content = json.dumps(values, ensure_ascii=False)
    return {
        "shard_code": own.shard,
        "id": own.id,
        "import_id": key.id,
        "line": line,
        "content_sealed": work.runtime.vault.encrypt(content, f"volunteer_import_rows.content:{own}"),
    }


def _insert(work: Work, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    insert_rows(work.connection, Base.metadata.tables[model.__tablename__], rows)


# --- batches ----------------------------------------------------------------------------------------


def _held(work: Work, key: Key) -> VolunteerImport:
    row = work.session.get(VolunteerImport, (key.shard, key.id), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def _acting(work: Work, row: VolunteerImport) -> Work | None:
    """The same transaction in the name of whoever uploaded the file."""
    if row.uploaded_by == SYSTEM.label:
        return work
    actor = actor_for(Key.parse(row.uploaded_by))
    if actor is None or not actor.can(Permission.VOLUNTEER_IMPORT, region=row.region_code):
        return None
    return replace(work, actor=actor)


def _next_rows(work: Work, row: VolunteerImport) -> list[Staged]:
    found = work.connection.execute(
        select(
            ImportRow.id,
            ImportRow.line,
            ImportRow.content_sealed,
            ImportRow.same_document,
            ImportRow.same_phone,
        )
        .where(_of(ImportRow.shard_code, row), ImportRow.import_id == row.id, ImportRow.line > row.position)
        .order_by(ImportRow.line)
        .limit(BATCH)
    )
    return [Staged(row.shard_code, *each) for each in found]


def _of(column: InstrumentedAttribute[int], row: VolunteerImport) -> Any:
    return column == row.shard_code


def _check(acting: Work, row: VolunteerImport, staged: list[Staged]) -> None:
    entries, problems = judge(acting, staged, row.region_code)
    problems += taken_already(acting, entries)
    by_line = _by_line(problems)
    _keep_problems(acting, row, problems)
    known = sum(all(map(is_known, found)) for found in by_line.values())
    row.known += known
    row.faulty += len(by_line) - known
    row.ready += len(staged) - len(by_line)


def _register(acting: Work, row: VolunteerImport, staged: list[Staged]) -> None:
    """Register those whom the dry run found ready, judged once more: the world has gone on meanwhile."""
    refused = _refused_lines(acting, row, staged)
    ready = [each for each in staged if each.line not in refused]
    entries, problems = judge(acting, ready, row.region_code)
    refusals = register_many(acting, entries, registration_policy(acting.today))
    problems += [
        Problem(line, field, code) for line, fields in refusals.items() for field, code in fields.items()
    ]
    _keep_problems(acting, row, problems)
    late = len(_by_line(problems))
    row.late += late
    row.entered += len(ready) - late


def _refused_lines(work: Work, row: VolunteerImport, staged: list[Staged]) -> set[int]:
    return set(
        work.connection.execute(
            select(ImportProblem.line).where(
                _of(ImportProblem.shard_code, row),
                ImportProblem.import_id == row.id,
                ImportProblem.line.between(staged[0].line, staged[-1].line),
            )
        ).scalars()
    )


def _by_line(problems: Iterable[Problem]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for each in problems:
        found.setdefault(each.line, []).append(each)
    return found


def _keep_problems(work: Work, row: VolunteerImport, problems: list[Problem]) -> None:
    _insert(
        work,
        ImportProblem,
        [
            {
                "shard_code": row.shard_code,
                "id": work.new_id(),
                "import_id": row.id,
                "line": each.line,
                "field": each.field,
                "code": each.code,
            }
            for each in problems
        ],
    )


def _end_pass(work: Work, row: VolunteerImport) -> None:
    """After the last row: the dry run is over and somebody decides, or everybody is in."""
    counts = {"ready": row.ready, "faulty": row.faulty, "known": row.known}
    if row.status == S.CHECKING:
        row.status, row.position, row.handled = S.CHECKED, 0, 0
        work.emit("volunteer_import.checked", row.key, **counts)
    else:
        row.status = S.DONE
        work.emit("volunteer_import.done", row.key, entered=row.entered, late=row.late)


def _empty(work: Work, row: VolunteerImport) -> int:
    row.emptied_at = work.now
    gone = delete(ImportRow).where(_of(ImportRow.shard_code, row), ImportRow.import_id == row.id)
    return work.connection.execute(gone).rowcount
