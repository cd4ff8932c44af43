"""`flask regions` and `flask figures`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
from flask.cli import AppGroup

from timebank.cli.files import Row, read_table
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.regions.imports import Refused
from timebank.regions.rules import FIGURE_KINDS
from timebank.regions.usecases import Imported, Report, import_figures, import_regions

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
REPORT = click.Path(dir_okay=False, writable=True, path_type=Path)
REGION_COLUMNS = ("code", "name", "level", "parent_code")

regions = AppGroup("regions", help="The tree of regions.")
figures = AppGroup("figures", help="Published yearly figures of regions.")


@regions.command("import")
@click.argument("file", type=FILE)
@click.option("--check", is_flag=True, help="Try everything, keep nothing.")
@click.option("--report", "report_file", type=REPORT, help="Write every refused row to this CSV file.")
def import_tree(file: Path, check: bool, report_file: Path | None) -> None:
    """Load or update a region tree (code,name,level,parent_code) from a CSV file, gzipped or not."""

    def lines() -> Iterator[Row]:
        return read_table(file, REGION_COLUMNS)

    done = perform(SYSTEM, import_regions, lines=lines, report=_writer(report_file), check=check)
    _tell("regions", done, check, report_file)


@figures.command("import")
@click.argument("file", type=FILE)
@click.option(
    "--year", type=click.IntRange(1949, 2200), required=True, help="The year that the figures describe."
)
@click.option("--source", required=True, help="Where they were published.")
@click.option("--check", is_flag=True, help="Try everything, keep nothing.")
@click.option("--report", "report_file", type=REPORT, help="Write every refused row to this CSV file.")
def import_numbers(file: Path, year: int, source: str, check: bool, report_file: Path | None) -> None:
    """Load residents (and party_members, in_service_members if there are such columns) of regions."""

    def lines() -> Iterator[Row]:
        return read_table(file, ("code",), FIGURE_KINDS)

    report = _writer(report_file)
    done = perform(SYSTEM, import_figures, lines=lines, year=year, source=source, report=report, check=check)
    _tell("figures", done, check, report_file)


def _writer(path: Path | None) -> Report | None:
    return partial(_write, path) if path else None


def _write(path: Path, refused: Iterator[Refused]) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("line", "code", "reason"))
            table.writerows((each.line, each.code, " ".join(each.faults)) for each in refused)
    except OSError as error:
        raise click.ClickException(f"The report cannot be written to {path}: {error.strerror}.") from None


def _tell(what: str, done: Imported, check: bool, report_file: Path | None) -> None:
    trial = " (tried only, nothing kept)" if check else ""
    counts = f"{done.read} rows read, {done.added} added, {done.changed} changed, {done.refused} refused"
    click.echo(f"{what}: {counts}{trial}")
    for change in done.changes:
        click.echo(f"  changed: {change.code} {change.kind} {change.old} -> {change.new}")
    for fault, count in done.faults.items():
        click.echo(f"  refused: {fault} {count}")
    for each in done.examples:
        click.echo(f"line {each.line}: {each.code}: {', '.join(each.faults)}", err=True)
    if done.refused > len(done.examples) and report_file is None:
        click.echo(f"... and {done.refused - len(done.examples)} more; --report FILE writes all.", err=True)
    if done.read == done.refused:
        raise click.ClickException("No row of the file could be taken.")
