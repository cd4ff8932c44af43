"""`flask gate`: rehearsing a gate before the day."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import click
from flask.cli import AppGroup

from timebank.cli.rehearsal.phones import rehearse as let_phones_ask
from timebank.cli.rehearsal.report import Report
from timebank.cli.rehearsal.script import Task, written
from timebank.cli.rehearsal.served import NotRehearsed, environment, free_port, prepare, serving
from timebank.cli.rehearsal.stage import COUNTY, Stage, Wanted, staged
from timebank.kernel.db import session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.projects.queries import accepted, gate_of
from timebank.regions.queries import region

FEWEST = 40
"""So many people are there at least: then everything that can happen does."""
STRANGERS = 9
COULD_NOT_RUN = 2

gate = AppGroup("gate", help="The gate of a shift.")


@gate.command("rehearse")
@click.argument("shift")
@click.option("--phones", type=click.IntRange(1, 200), required=True, help="How many ask at the same time.")
@click.option("--people", type=click.IntRange(1, 2000), help="How many come; else as many as have a place.")
@click.option("--minutes", type=click.FloatRange(0, 120), default=0, help="They arrive evenly within them.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same rehearsal.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def rehearse(shift: str, phones: int, people: int | None, minutes: float, seed: int, as_json: bool) -> None:
    """Rehearse a gate on a copy: real requests, lost networks, wrong clocks, double taps, forwarded codes.

    The copy is a throw-away SQLite database with people of nobody; the real one is read only for the shift's
    title and number of places. Exit status 1 when a verdict is wrong, 2 when it could not run.
    """
    wanted = _wanted(shift, people)
    tasks = written(range(wanted.people), range(wanted.people, wanted.people + STRANGERS), seed)
    try:
        report = _rehearsed(wanted, tasks, phones, minutes)
    except NotRehearsed as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(COULD_NOT_RUN)
    click.echo(json.dumps(report.figures()) if as_json else "\n".join(report.lines()))
    if report.wrong:
        sys.exit(1)


@gate.command("stage", hidden=True)
@click.argument("people", type=int)
@click.argument("strangers", type=int)
@click.argument("title")
def stage(people: int, strangers: int, title: str) -> None:
    """Make the copy of a rehearsal in this, empty, database; prints what its phones need to know."""
    if region(COUNTY) is not None:
        raise click.ClickException("This is not an empty database.")
    click.echo(json.dumps(staged(Wanted(title, people, strangers), lambda: None).dump()))


def _wanted(shift: str, people: int | None) -> Wanted:
    try:
        key = Key.parse(shift)
        found = gate_of(key)
    except NotFound:
        found = None
    if found is None:
        click.echo("Error: There is no such shift; its key stands in the address of its gate.", err=True)
        sys.exit(COULD_NOT_RUN)
    roster = len(accepted(key))
    session().rollback()
    return Wanted(found.title, people or max(FEWEST, roster), STRANGERS)


def _rehearsed(wanted: Wanted, tasks: list[Task], phones: int, minutes: float) -> Report:
    with tempfile.TemporaryDirectory(prefix="timebank-rehearsal-") as name:
        folder, port = Path(name), free_port()
        variables = environment(folder, port)
        made: Stage = prepare(variables, wanted)
        hidden = not sys.stderr.isatty()
        with (
            serving(variables, folder, port),
            click.progressbar(length=len(tasks), label="rehearsing", file=sys.stderr, hidden=hidden) as bar,
        ):
            record = let_phones_ask(made, port, tasks, phones, minutes, lambda: bar.update(1))
    return Report(sum(task.people for task in tasks), phones, record)
