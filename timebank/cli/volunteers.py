"""`flask volunteers`: people from files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from timebank.kernel.db import runtime
from timebank.kernel.errors import Invalid, TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.imports import Sheet, digest_of, read_sheet
from timebank.volunteers.queries import ImportCard
from timebank.volunteers.rules.importing import ImportStatus
from timebank.volunteers.usecases import Upload
from timebank.web.imports.files import problem_sentence, report_to
from timebank.web.imports.vocabulary import vocabulary
from timebank.web.kit.words import sentence, word

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
REPORT = click.Path(dir_okay=False, writable=True, path_type=Path)
EXAMPLES = 10
S = ImportStatus

volunteers = AppGroup("volunteers", help="Volunteers.")


@volunteers.command("import")
@click.argument("file", type=FILE)
@click.option("--region", type=click.IntRange(1), required=True, help="Everybody lives in it; 12 digits.")
@click.option("--check", is_flag=True, help="Only judge the rows, register nobody and keep nothing.")
@click.option("--report", "report_file", type=REPORT, help="Write what is wrong to this .csv or .xlsx file.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def import_file(file: Path, region: int, check: bool, report_file: Path | None, as_json: bool) -> None:
    """Register the people of a CSV or XLSX file; the same file again goes on where it stopped."""
    with open(file, "rb") as opened:
        key = _begun(opened, file.name, region)
    card = _worked_on(key, "checking")
    if check:
        perform(SYSTEM, usecases.move_import, volunteer_import=key, move="cancel")
    elif card.status in (S.CHECKED, S.PAUSED) and card.ready:
        move = "start" if card.status == S.CHECKED else "resume"
        perform(SYSTEM, usecases.move_import, volunteer_import=key, move=move)
        card = _worked_on(key, "registering")
    if report_file is not None:
        _write_report(report_file, key)
    _tell(card, check, as_json, report_file is not None)


def _begun(file: BinaryIO, name: str, region: int) -> Key:
    """The unfinished import of this file, or a new one."""
    digest, size = digest_of(file)
    known = perform(SYSTEM, usecases.unfinished_import, region=region, digest=digest)
    if known is not None:
        return known

    def sheet() -> Sheet:
        file.seek(0)
        return read_sheet(file, vocabulary())

    try:
        given = Upload(name, size, digest)
        return perform(SYSTEM, usecases.stage_import, region=region, file=given, sheet=sheet)
    except Invalid as error:
        raise click.ClickException(_said(error)) from None


def _said(error: TimebankError) -> str:
    with force_locale("en"):
        codes = [code for codes in getattr(error, "fields", {}).values() for code in codes]
        return " ".join(sentence(code, error.params) for code in codes or [error.code])


def _worked_on(key: Key, label: str) -> ImportCard:
    """Batch after batch until this pass over the file is over, with a progress bar on a terminal."""
    card = queries.volunteer_import(SYSTEM, key)
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=card.rows, label=label, file=sys.stderr, hidden=hidden) as bar:
        while card.is_working:
            perform(SYSTEM, usecases.advance_import, volunteer_import=key)
            card = queries.volunteer_import(SYSTEM, key)
            bar.update((card.handled or card.rows) - bar.pos)
    return card


def _write_report(path: Path, key: Key) -> None:
    form = "xlsx" if path.suffix.lower() == ".xlsx" else "csv"
    try:
        with open(path, "wb") as file, force_locale(runtime().config.locale):
            report_to(file, form, queries.every_problem(SYSTEM, key))
    except OSError as error:
        raise click.ClickException(f"The report cannot be written to {path}: {error.strerror}.") from None


def _tell(card: ImportCard, check: bool, as_json: bool, is_reported: bool) -> None:
    counts = {name: getattr(card, name) for name in ("rows", "ready", "faulty", "known", "entered", "late")}
    if as_json:
        click.echo(json.dumps({"id": str(card.key), "status": card.status, "check": check, **counts}))
    else:
        trial = " (tried only, nobody registered)" if check else ""
        click.echo(", ".join(f"{count} {name}" for name, count in counts.items()) + trial)
        if not is_reported:
            _show_examples(card)
    if not (card.ready if check else card.entered or card.known):
        raise click.ClickException("No row of the file could be taken.")


def _show_examples(card: ImportCard) -> None:
    page = queries.import_problems(SYSTEM, card.key, limit=EXAMPLES)
    with force_locale("en"):
        for each in page.items:
            column = word(each.field, "import_heading")
            click.echo(f"line {each.line}: {column}: {problem_sentence(each.code)}", err=True)
    if page.next:
        click.echo("... and more; --report FILE writes all.", err=True)
