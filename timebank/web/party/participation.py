"""How party members take part: figures by region and by party organisation, names by right, and files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from flask import render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.exports.rules import Format
from timebank.exports.usecases import record_party_export
from timebank.exports.writers import Table, write_table
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.kernel.region_code import NATION, last_in
from timebank.kernel.units import hours
from timebank.party import queries
from timebank.regions.queries import full_name, names
from timebank.statistics.queries import party as figures
from timebank.statistics.queries.party import Group, Participation
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.operation import act
from timebank.web.kit.places import own_places
from timebank.web.kit.text import on
from timebank.web.party.door import pages, sections
from timebank.web.party.schemas import ParticipationQuery

KINDS = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
YEARS_SHOWN = 3


@pages.get("/office/party/participation")
def participation() -> str:
    """A region, those inside it, and its party organisations."""
    actor, query = current_actor(), _query()
    found = figures.participation(actor, region=query["region"], year=query["year"])
    return render_template(
        "party/participation.html",
        sections=sections("party.participation"),
        found=found,
        region=found.way[-1],
        region_code=f"{query['region']:012d}",
        readable={each.code for each in found.way if actor.can(Permission.PARTY_READ, region=each.code)},
        places=own_places(Permission.PARTY_READ, "party.participation", query["region"], year=query["year"]),
        branches=figures.branches(actor, **query),
        years=_years(query),
        explained=explained(found),
    )


@pages.get("/office/party/participation/members/<key:organization>")
def members(organization: Key) -> str:
    """The members of one party organisation by name."""
    query = _query(region=NATION)
    page = figures.members_of(current_actor(), organization=organization, **_without_region(query))
    card = queries.organization_detail(current_actor(), organization)
    return _named(page, card.name, query["year"], {"organization": organization}, "party.members")


@pages.get("/office/party/participation/reported")
def reported() -> str:
    """Who reported to the communities of a region, by name."""
    query = _query()
    page = figures.reported_to(current_actor(), **query)
    title = _("Reported to %(region)s", region=full_name(query["region"]) or _("Nation"))
    return _named(page, title, query["year"], {"region": f"{query['region']:012d}"}, "party.reported")


@pages.get("/office/party/participation/export.<any(csv, xlsx):form>")
def export_participation(form: str) -> Response:
    """The figures of a region, of those inside it and of its party organisations as a file."""
    query, kind = _query(), Format(form)
    region, year = query["region"], query["year"]
    act(record_party_export, region=region, year=year, form=kind)
    found = figures.participation(current_actor(), region=region, year=year)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    table = Table(_("Participation"), _headings(), _rows(found), explained(found), _("Definitions"))
    write_table(table, kind, file)
    file.seek(0)
    name = f"party-{region:012}-{year}.{form}"
    return send_file(file, KINDS[kind], as_attachment=True, download_name=name)


def explained(found: Participation) -> list[tuple[str, str]]:
    """What is counted, by which definition and from which sources."""
    region = full_name(found.way[-1].code) or _("Nation")
    return [
        (_("Region"), region),
        (_("Year"), str(found.year)),
        (_("As of"), on(today())),
        (
            _("Verified members"),
            _("Verified members of a community's party organisation here, as of today"),
        ),
        (
            _("Reported"),
            _("Verified in-service members whose report a community here has confirmed, as of today"),
        ),
        (
            _("Took part"),
            _("Of both, those with at least one confirmed service record in the year; everybody counts once"),
        ),
        (_("Share"), _("Took part, divided by members and reported")),
        (
            _("Few people"),
            _("Groups of fewer than five people are shown only to who may see the names; nobody is ranked"),
        ),
    ]


def _query(region: int | None = None) -> dict[str, Any]:
    given = {name: text for name, text in request.args.items() if text}
    query: dict[str, Any] = ParticipationQuery().load(given)
    query["year"] = query["year"] or today().year
    if query["region"] is None:
        query["region"] = _first_region() if region is None else region
    return query


def _first_region() -> int:
    """Where the actor's figures begin: the widest region of the grants."""
    actor = current_actor()
    require(actor, Permission.PARTY_READ)
    held = actor.regions(Permission.PARTY_READ)
    return min(held, key=lambda code: code - last_in(code), default=NATION)


def _without_region(query: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if name != "region"}


def _years(query: dict[str, Any]) -> list[dict[str, Any]]:
    region, this = f"{query['region']:012d}", today().year
    return [
        {
            "url": url_for("party.participation", region=region, year=year),
            "label": str(year),
            "current": year == query["year"],
        }
        for year in range(this, this - YEARS_SHOWN, -1)
    ]


def _named(page: Any, title: str, year: int, place: dict[str, Any], endpoint: str) -> str:
    """A list of names; the reader came from the figures and goes back there."""
    return render_template(
        "party/participants.html",
        page=page,
        title=title,
        year=year,
        names=names(each.region_code for each in page.items),
        next_url=url_for(endpoint, **place, year=year, cursor=page.next) if page.next else None,
        first_url=url_for(endpoint, **place, year=year) if request.args.get("cursor") else None,
    )


def _headings() -> list[str]:
    return [
        _("Region or party organisation"),
        _("Verified members"),
        _("Reported"),
        _("Took part"),
        _("Share (per cent)"),
        _("Service hours"),
    ]


def _rows(found: Participation) -> Iterator[list[str | int | float | None]]:
    yield _row(found.way[-1].name or _("Nation"), found.own)
    for each in found.below:
        yield _row(each.region.name, each.group)
    cursor: str | None = None
    while True:
        page = figures.branches(
            current_actor(), region=found.way[-1].code, year=found.year, limit=200, cursor=cursor
        )
        for branch in page.items:
            yield _row(branch.organization.name, branch.group)
        cursor = page.next
        if cursor is None:
            return


def _row(name: str, group: Group) -> list[str | int | float | None]:
    if group.is_veiled:
        return [name, *[_("fewer than 5")] * 5]
    part = group.share
    return [
        name,
        group.members,
        group.reported,
        group.served,
        None if part is None else part / 100,
        float(hours(group.minutes or 0)),
    ]
