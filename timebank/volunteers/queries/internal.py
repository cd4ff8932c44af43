"""Facts about volunteers for other flats; none of these asks for a right. Names are in clear."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, select

from timebank.identity.rules import plain
from timebank.kernel import claims
from timebank.kernel.bulk import among
from timebank.kernel.db import bulk_connection, runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import CODE_ALPHABET, Key
from timebank.kernel.policy import Actor
from timebank.volunteers.models import Consent, Volunteer
from timebank.volunteers.rules import NUMBER_LENGTH, Status, claim_values

VOLUNTEER_NUMBER = re.compile(rf"(\d{{6}})[{CODE_ALPHABET}]{{{NUMBER_LENGTH}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Standing:
    """What other flats need to know of a volunteer."""

    key: Key
    name: str
    volunteer_no: str
    status: Status
    region_code: int
    party_member: bool
    """Verified by a party administrator, not only said."""


STANDING = select(
    Volunteer.shard_code,
    Volunteer.id,
    Volunteer.name,
    Volunteer.name_sealed,
    Volunteer.volunteer_no,
    Volunteer.status,
    Volunteer.region_code,
    Volunteer.party_verified_at,
)
STANDING_OF_ONE = STANDING.where(
    Volunteer.shard_code == bindparam("shard"), Volunteer.id == bindparam("volunteer", type_=Uuid())
)
REGISTERED = select(Volunteer.shard_code, Volunteer.id).where(
    Volunteer.shard_code == bindparam("shard"),
    Volunteer.id == bindparam("volunteer", type_=Uuid()),
    Volunteer.status == Status.REGISTERED,
)
"""The key of a volunteer who may serve, nothing of anybody else; for statements of one shard. Internal."""


def standing(key: Key) -> Standing | None:
    """The standing of one volunteer. Internal."""
    session().flush()
    row = bulk_connection().execute(STANDING_OF_ONE, {"shard": key.shard, "volunteer": key.id}).first()
    return _standing(row) if row else None


def standings(keys: Iterable[Key]) -> dict[Key, Standing]:
    """The standing of many volunteers, one statement for each county. Internal."""
    session().flush()
    found: dict[Key, Standing] = {}
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        asked = STANDING.where(Volunteer.shard_code == shard, among(Volunteer.id, ids))
        found |= {person.key: person for person in map(_standing, bulk_connection().execute(asked))}
    return found


def _standing(row: Any) -> Standing:
    key = Key(row.shard_code, row.id)
    name = unsealed_name(key, row.name, row.name_sealed)
    is_member = row.party_verified_at is not None
    return Standing(key, name, row.volunteer_no, Status(row.status), row.region_code, is_member)


def births(keys: Iterable[Key]) -> dict[Key, date]:
    """The birth dates of volunteers, for what depends on age; one statement for each county. Internal."""
    found: dict[Key, date] = {}
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        rows = bulk_connection().execute(
            select(Volunteer.id, Volunteer.born_on).where(
                Volunteer.shard_code == shard, among(Volunteer.id, [key.id for key in group])
            )
        )
        found |= {Key(shard, row.id): row.born_on for row in rows}
    return found


def status_of(key: Key) -> Status:
    """The state of one registration. Internal. Raises NotFound."""
    found = standing(key)
    if found is None:
        raise NotFound()
    return found.status


def folded_into(key: Key) -> list[Key]:
    """The registrations of the same person that were folded into this one. Internal."""
    rows = session().execute(
        select(Volunteer.shard_code, Volunteer.id)
        .where(Volunteer.merged_into_shard == key.shard, Volunteer.merged_into_id == key.id)
        .order_by(Volunteer.shard_code, Volunteer.id)
    )
    return [Key(*row) for row in rows]


def kept_of(key: Key) -> Key:
    """The registration that goes on: itself, or the one that it was folded into. Internal."""
    found = session().execute(
        select(Volunteer.merged_into_shard, Volunteer.merged_into_id).where(
            Volunteer.shard_code == key.shard, Volunteer.id == key.id, Volunteer.merged_into_id.is_not(None)
        )
    )
    row = found.first()
    return Key(row.merged_into_shard, row.merged_into_id) if row else key


def moved_on(keys: Iterable[Key]) -> dict[Key, Key]:
    """Those of these registrations that were folded, with the ones that go on in their place. Internal."""
    return {
        key: kept
        for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard)
        for key, kept in _merged(
            Volunteer.shard_code == shard, among(Volunteer.id, [key.id for key in group])
        ).items()
    }


def registrations(keys: Iterable[Key]) -> dict[Key, Key]:
    """Every registration of these people, with the one that goes on; their own are among them. Internal."""
    wanted = set(keys)
    found = moved_on(wanted)
    kept = {found.get(key, key) for key in wanted}
    for shard, group in groupby(sorted(kept), key=lambda key: key.shard):
        ids = [key.id for key in group]
        found |= _merged(Volunteer.merged_into_shard == shard, among(Volunteer.merged_into_id, ids))
    return found | {key: key for key in kept}


def own_registrations(actor: Actor) -> dict[Key, Key]:
    """Every registration that is the actor's or a ward's, with the one that goes on. Internal."""
    return registrations(key for key in (actor.volunteer, *actor.wards) if key)


def _merged(*which: ColumnElement[bool]) -> dict[Key, Key]:
    merged = (Volunteer.shard_code, Volunteer.id, Volunteer.merged_into_shard, Volunteer.merged_into_id)
    rows: Iterable[Any] = bulk_connection().execute(
        select(*merged).where(Volunteer.merged_into_id.is_not(None), *which)
    )
    return {Key(shard, unique): Key(into_shard, into) for shard, unique, into_shard, into in rows}


def agrees(key: Key, purpose: str) -> bool:
    """Whether a volunteer's consent to something free, such as publication, is there now. Internal."""
    found = session().execute(
        select(Consent.id)
        .where(
            Consent.shard_code == key.shard,
            Consent.volunteer_id == key.id,
            Consent.purpose == purpose,
            Consent.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


def unsealed_name(key: Key, name: str, sealed: str | None) -> str:
    """The name in clear: of a minor it is sealed; empty when identity was unlinked. Internal."""
    return runtime().vault.decrypt(sealed, f"volunteers.name:{key}") if sealed else name


def clear_name(row: Volunteer) -> str:
    """The name of a volunteer in clear. Internal."""
    return unsealed_name(row.key, row.name, row.name_sealed)


def by_number(text: str) -> Key | None:
    """Who has this volunteer number or document number; blanks and small letters do not matter. Internal."""
    compact = plain(text).upper()
    if number := VOLUNTEER_NUMBER.fullmatch(compact):
        found = session().scalar(
            select(Volunteer.id).where(
                Volunteer.shard_code == int(number[1]), Volunteer.volunteer_no == compact
            )
        )
        return Key(int(number[1]), found) if found else None
    held = (claims.holder("document", value) for value in claim_values(compact))
    return next((key for key in held if key), None)


def by_personal_code(text: str) -> Key | None:
    """Whose personal code this is; blanks, hyphens and small letters do not matter. Internal."""
    return claims.holder("personal-code", plain(text).upper())


def by_personal_codes(texts: Collection[str]) -> dict[str, Key]:
    """Whose personal codes these are, by the text as it was given; nobody's are left out. Internal."""
    codes = {text: plain(text).upper() for text in texts}
    held = claims.holders("personal-code", set(codes.values()))
    return {text: held[code] for text, code in codes.items() if code in held}


def personal_codes(keys: Iterable[Key]) -> dict[Key, str]:
    """The personal codes of many volunteers, one statement for each county. Internal."""
    vault, found = runtime().vault, {}
    for shard, group in groupby(sorted(set(keys)), key=lambda key: key.shard):
        ids = [key.id for key in group]
        rows = session().execute(
            select(Volunteer.id, Volunteer.personal_code_sealed).where(
                Volunteer.shard_code == shard,
                Volunteer.id.in_(ids),
                Volunteer.personal_code_sealed.is_not(None),
            )
        )
        for unique, sealed in rows:
            key = Key(shard, unique)
            found[key] = vault.decrypt(str(sealed), f"volunteers.personal_code:{key}")
    return found
