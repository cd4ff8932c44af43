"""`flask statistics` and `flask targets`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from timebank.cli.files import read_table
from timebank.exports.rules import Format
from timebank.exports.usecases import record_export
from timebank.exports.writers import write
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound, TimebankError
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.statistics import queries
from timebank.statistics.queries import Board, IndicatorCard
from timebank.statistics.usecases import import_targets
from timebank.web.kit.text import number, percent
from timebank.web.kit.words import sentence_of, word
from timebank.web.statistics.words import export_words

TARGET_COLUMNS = ("document", "indicator", "region_code", "share_percent", "deadline_on", "quotation")
YEAR = click.IntRange(1949, 2200)
LANGUAGE = click.option(
    "--language", type=click.Choice(["zh_Hans_CN", "en"]), help="Of words; the service's own if not given."
)

statistics = AppGroup("statistics", help="Indicators of regions against their targets.")
targets = AppGroup("targets", help="What documents ask of regions.")


@statistics.command("show")
@click.argument("region", type=int)
@click.option("--year", type=YEAR, help="The last computed one if not given.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@LANGUAGE
def show(region: int, year: int | None, as_json: bool, language: str | None) -> None:
    """The indicators of one region (12-digit code; 0 is the nation)."""
    with _speaking(language):
        board = queries.board(SYSTEM, region=region, year=year)
        if board.run is None:
            raise NotFound("year-not-computed", year=board.year)
        if as_json:
            click.echo(json.dumps(_plain(board), ensure_ascii=False, indent=1))
            return
        click.echo(
            f"{'/'.join(step.region.name for step in board.path[1:])}  {board.year}  {board.run.as_of}"
        )
        for card in board.own.indicators:
            click.echo(_line(card))


def _line(card: IndicatorCard) -> str:
    aim = (
        f" / {percent(card.target.share)} ({card.target.document}, {card.target.deadline_on})"
        if card.target
        else ""
    )
    gap = f"  -{number(card.missing)}" if card.missing else ""
    counted = (
        f"{number(card.numerator)} / {number(card.denominator)} {card.denominator_source or ''}".rstrip()
    )
    return f"{word(card.indicator, 'indicator')}: {percent(card.share)}{aim}{gap}  [{counted}]"


def _plain(board: Board) -> dict[str, Any]:
    run = board.run
    return {
        "region": f"{board.own.region.code:012}",
        "year": board.year,
        "as_of": run.as_of.isoformat() if run else None,
        "indicators": [
            {
                "indicator": card.indicator,
                "share": card.share,
                "target": card.target.share if card.target else None,
                "missing": card.missing,
                "numerator": card.numerator,
                "excluded": card.excluded,
                "denominator": card.denominator,
                "denominator_year": card.denominator_year,
                "denominator_source": card.denominator_source,
                "definition_version": card.definition_version,
            }
            for card in board.own.indicators
        ],
    }


@statistics.command("export")
@click.argument("region", type=int)
@click.option("--period", type=YEAR, required=True, help="A calendar year.")
@click.option("--format", "form", type=click.Choice([each.value for each in Format]), required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
@click.option("--all", "deep", is_flag=True, help="Everything below, not only the next level.")
@LANGUAGE
def export(region: int, period: int, form: str, output: Path, deep: bool, language: str | None) -> None:
    """Write the indicators of a region and of those inside it to a file."""
    with _speaking(language):
        kind = Format(form)
        perform(SYSTEM, record_export, region=region, year=period, form=kind, deep=deep)
        found = queries.extract(SYSTEM, region=region, year=period, deep=deep)
        try:
            with open(output, "wb") as file:
                write(found, kind, export_words(), file)
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"{output}: {output.stat().st_size} bytes")


@targets.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path) -> None:
    """Load targets (document,indicator,region_code,share_percent,deadline_on,quotation) from a CSV file."""
    done = perform(SYSTEM, import_targets, lines=partial(read_table, file, TARGET_COLUMNS))
    refused = len(done.refused)
    click.echo(
        f"targets: {done.read} rows read, {done.added} added, {done.changed} changed, {refused} refused"
    )
    for line, fault in done.refused:
        click.echo(f"line {line}: {fault}", err=True)
    if refused:
        raise click.ClickException("Correct these rows and import the file again; the others are recorded.")


@contextmanager
def _speaking(language: str | None) -> Iterator[None]:
    """Words in one language, and refusals as a sentence."""
    with force_locale(language or runtime().config.locale):
        try:
            yield
        except TimebankError as error:
            raise click.ClickException(sentence_of(error)) from None
