"""Judging the rows of a file: by exactly the checks of a registration, and by who is registered already."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from timebank.kernel import claims
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.region_code import covers
from timebank.kernel.work import Work
from timebank.regions.queries import communities
from timebank.volunteers.queries.policies import registration_policy
from timebank.volunteers.rules import RegistrationPolicy
from timebank.volunteers.rules.importing import (
    Column,
    Problem,
    Values,
    application_of,
    cell_faults,
    contradictions,
    refined,
)
from timebank.volunteers.usecases.bulk import Entry
from timebank.volunteers.usecases.registration import checked

PERSON_KNOWN = ("document-registered", "document-repeated")
Places = Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class Staged:
    """A row as it is staged."""

    shard: int
    id: UUID
    line: int
    content_sealed: str
    same_document: int | None
    same_phone: int | None


def judge(work: Work, staged: Sequence[Staged], region: int) -> tuple[list[Entry], list[Problem]]:
    """The sound registrations of some rows, and what is wrong with the others. Internal."""
    policy = registration_policy(work.today)
    rows = [(each, _opened(work, each)) for each in staged]
    places = communities(region, {v[Column.REGION_CODE] for _, v in rows if Column.REGION_CODE in v})
    entries: list[Entry] = []
    problems: list[Problem] = []
    for row, values in rows:
        found = _judged(work, row, values, policy, places, region)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            problems += [Problem(row.line, column, code) for column, code in found.items()]
    return entries, problems


def taken_already(work: Work, entries: Sequence[Entry]) -> list[Problem]:
    """Whose document or phone somebody has registered; an officer's own phone is no hindrance. Internal."""
    documents = claims.holders("document", {each.sound.document.claim for each in entries})
    phones = claims.holders("phone", {each.sound.phone for each in entries if each.sound.phone})
    found = []
    for each in entries:
        if each.sound.document.claim in documents:
            found.append(Problem(each.line, Column.DOCUMENT_NUMBER, "document-registered"))
        elif each.sound.phone and phones.get(each.sound.phone, work.actor.user) != work.actor.user:
            found.append(Problem(each.line, Column.PHONE, "phone-taken"))
    return found


def is_known(problem: Problem) -> bool:
    """Whether nothing is wrong with a row but that the person is there already. Internal."""
    return problem.code.split(" ")[0] in PERSON_KNOWN


def _opened(work: Work, row: Staged) -> Values:
    own = Key(row.shard, row.id)
    content = work.runtime.vault.decrypt(row.content_sealed, f"volunteer_import_rows.content:{own}")
    values: Values = json.loads(content)
    return values


def _judged(
    work: Work, row: Staged, values: Values, policy: RegistrationPolicy, places: Places, region: int
) -> Entry | dict[str, str]:
    """The registration of a row, or error codes by column; what is wrong with a cell itself comes first."""
    found: dict[str, str] = {}
    place = 0
    try:
        place = _place(places.get(values.get(Column.REGION_CODE, ""), []), region)
    except Invalid as error:
        found[Column.REGION_CODE] = error.code
    application = application_of(values, place)
    try:
        sound = checked(work, application, policy, place=lambda code: code)
        found |= contradictions(values, sound.document)
        found |= _repeated(row, has_account=sound.phone is not None)
    except Invalid as error:
        found |= {name: refined(name, codes[0], values) for name, codes in error.fields.items()}
    found |= cell_faults(values)
    return found or Entry(row.line, application, sound)


def _place(found: list[int], region: int) -> int:
    if len(found) != 1:
        raise Invalid("ambiguous-community" if found else "unknown-community")
    if not covers(region, found[0]):
        raise Invalid("community-outside")
    return found[0]


def _repeated(row: Staged, has_account: bool) -> dict[str, str]:
    if row.same_document is not None:
        return {Column.DOCUMENT_NUMBER: f"document-repeated {row.same_document}"}
    if row.same_phone is not None and has_account:
        return {Column.PHONE: f"phone-repeated {row.same_phone}"}
    return {}
