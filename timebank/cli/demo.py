"""`flask demo`: a believable small town, and the sign-ins of its people."""

from __future__ import annotations

import json
import sys
import unicodedata

import click
from flask.cli import AppGroup

from timebank.demo.accounts import accounts, is_begun, is_loaded
from timebank.demo.story import tell
from timebank.demo.town import CITY_DIGITS, find_town
from timebank.kernel.db import runtime
from timebank.regions.queries import region

demo = AppGroup("demo", help="A demonstration town whose people are nobody.")
COLUMNS = ("role_zh", "name", "phone", "password")
STEPS = 1000


@demo.command("load")
@click.option("--city", type=click.IntRange(1000, 9999), default=5111, show_default=True, help="Four digits.")
def load(city: int) -> None:
    """Let a small town work with the service for eight months, up to now."""
    _refuse_outside_demo_mode()
    if is_loaded():
        click.echo("The demonstration town is loaded already; `flask demo accounts` shows who can sign in.")
        return
    if is_begun():
        raise click.ClickException(
            "An earlier load did not end. Start again with an empty database: `flask db upgrade`, "
            "`flask regions import`, `flask demo load`."
        )
    if region(city * CITY_DIGITS) is None:
        raise click.ClickException("This city is not known yet. Run `flask regions import FILE` first.")
    town = find_town(city)
    if town is None:
        raise click.ClickException(
            "The town needs two counties that each have a township with two urban communities and a village."
        )
    with click.progressbar(length=STEPS, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        tell(town, lambda share: bar.update(int(share * STEPS) - bar.pos))
    click.echo("The demonstration town is loaded; `flask demo accounts` shows who can sign in.")


@demo.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show_accounts(as_json: bool) -> None:
    """Phone and password of one person for each role."""
    _refuse_outside_demo_mode()
    found = accounts()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif not found:
        click.echo("There is no demonstration town yet; run `flask demo load`.")
    else:
        _table(found)


def _refuse_outside_demo_mode() -> None:
    if not runtime().config.demo:
        raise click.ClickException("This is not a demonstration: set TIMEBANK_DEMO=1 if it should be one.")


def _table(rows: list[dict[str, str]]) -> None:
    widths = [max(_width(row[column]) for row in rows) for column in COLUMNS]
    for row in rows:
        cells = zip((row[column] for column in COLUMNS), widths, strict=True)
        click.echo("  ".join(cell + " " * (width - _width(cell)) for cell, width in cells).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
