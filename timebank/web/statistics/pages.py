"""The page /office/statistics: where a region stands, and those inside it."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from timebank.exports.rules import Format
from timebank.exports.usecases import record_export
from timebank.exports.writers import write
from timebank.kernel.policy import Permission
from timebank.statistics import queries
from timebank.statistics.queries import Board, IndicatorCard, Standing
from timebank.statistics.rules import Indicator
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.fields import ApiSchema, RegionCodeField
from timebank.web.kit.operation import act
from timebank.web.kit.places import own_places
from timebank.web.kit.text import number, percent
from timebank.web.kit.words import word
from timebank.web.statistics.schemas import YEARS
from timebank.web.statistics.words import export_words

pages = pages_door("statistics")
SORTS = ["region", *(each.value for each in Indicator)]
SCALES = (500, 1000, 2000, 2500, 5000, 10_000)
LARGEST_XLSX = 50_000
"""Regions; more than this takes Excel's writer longer than a page may take."""
KINDS = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class DashboardQuery(ApiSchema):
    """Which region and year, and how the regions inside are sorted; `-` in front is from high to low."""

    region = RegionCodeField(load_default=None)
    year = fields.Integer(load_default=None, validate=YEARS)
    sort = fields.String(
        load_default="region", validate=validate.OneOf([*SORTS, *(f"-{each}" for each in SORTS)])
    )


class ExportQuery(ApiSchema):
    """Which region and year; `deep` takes everything below along, not only the next level."""

    region = RegionCodeField(required=True)
    year = fields.Integer(required=True, validate=YEARS)
    deep = fields.Boolean(load_default=False)


@pages.get("/office/statistics")
def dashboard() -> str:
    """The indicators of a region, and those inside it."""
    actor = current_actor()
    asked = DashboardQuery().load(request.args)
    region = asked["region"] if asked["region"] is not None else queries.first_region(actor)
    board = queries.board(actor, region=region, year=asked["year"])
    return render_template(
        "statistics/dashboard.html",
        board=board,
        below=sorted_standings(board.children, asked["sort"]),
        finding=finding,
        heads=_heads(board, asked["sort"]),
        in_percent=in_percent,
        places=own_places(Permission.STATISTICS_READ, "statistics.dashboard", region, year=board.year),
        region_code=f"{region:012d}",
        scale=scale,
    )


@pages.get("/office/statistics/export.<any(csv, json, xlsx):form>")
def export(form: str) -> Response:
    """The figures of a region and of those inside it as a file."""
    asked, kind = ExportQuery().load(request.args), Format(form)
    largest = LARGEST_XLSX if kind is Format.XLSX else None
    act(record_export, **asked, form=kind, largest=largest)
    found = queries.extract(current_actor(), **asked)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    write(found, kind, export_words(), file)
    file.seek(0)
    name = f"indicators-{asked['region']:012}-{asked['year']}.{form}"
    return send_file(file, KINDS[kind], as_attachment=True, download_name=name)


def finding(card: IndicatorCard) -> str:
    """One sentence that says where the region stands."""
    given = {
        "people": number(card.numerator),
        "share": percent(card.share),
        "missing": number(card.missing),
        "target": percent(card.target.share if card.target else None),
    }
    if card.share is None:
        sentence = _l("%(people)s people; there is no published number to divide by")
    elif card.target is None:
        sentence = _l("%(share)s, and no target is recorded")
    elif card.missing:
        sentence = _l("%(share)s of the %(target)s asked for: %(missing)s people are missing")
    else:
        sentence = _l("%(share)s: the target of %(target)s is reached")
    return str(sentence) % given


def in_percent(basis_points: int) -> float:
    """13 rather than 13.0 where it is whole."""
    return basis_points // 100 if basis_points % 100 == 0 else basis_points / 100


def scale(card: IndicatorCard) -> float:
    """Where the bar of an indicator ends, in per cent: a round number beyond value and target."""
    reach = max(card.share or 0, card.target.share if card.target else 0) * 1.2
    return next((each for each in SCALES if each >= reach), SCALES[-1]) / 100


def sorted_standings(found: tuple[Standing, ...], sort: str) -> list[Standing]:
    """By code, or by an indicator; where there is no share, people decide, behind all shares."""
    by = sort.removeprefix("-")
    if by == "region" or not all(each.indicators for each in found):
        return sorted(found, key=lambda each: each.region.code, reverse=sort == "-region")
    indicator = Indicator(by)
    shares = [each for each in found if each.of(indicator).share is not None]
    others = [each for each in found if each.of(indicator).share is None]
    down = sort.startswith("-")
    shares.sort(key=lambda each: each.of(indicator).share or 0, reverse=down)
    others.sort(key=lambda each: each.of(indicator).numerator, reverse=down)
    return shares + others


def _heads(board: Board, sort: str) -> list[Any]:
    names = {"region": _("Region"), **{each.value: word(each.value, "indicator_short") for each in Indicator}}
    return [_head(board, by, name, sort) for by, name in names.items()]


def _head(board: Board, by: str, name: str, sort: str) -> tuple[str, str, str, str | None]:
    """Numbers sort from high to low first, names from low to high; a second press turns it round."""
    first, second = (by, f"-{by}") if by == "region" else (f"-{by}", by)
    wanted = second if sort == first else first
    url = url_for(
        "statistics.dashboard", region=f"{board.own.region.code:012d}", year=board.year, sort=wanted
    )
    direction = {by: "ascending", f"-{by}": "descending"}.get(sort)
    return name, "" if by == "region" else "num", url, direction
