"""`flask ledger`: the integrity of the book."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click
from flask.cli import AppGroup

from timebank.hours.proof import reconcile
from timebank.ledger.proof import Progress, Verification, verify

ledger = AppGroup("ledger", help="The ledger: its integrity.")

WORDS = {
    "altered": "was altered behind the application's back: its digest does not fit",
    "booked-otherwise": "does not book what its service record says",
    "not-booked": "is confirmed, but its transfer is missing",
    "overdrawn": "is below nothing",
    "unbalanced": "does not sum to zero",
    "without-record": "has no confirmed service record",
    "wrong-account": "names an account that is missing or of another unit",
    "wrong-reversal": "is not the opposite of the transfer it reverses",
}


@ledger.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def verify_command(as_json: bool) -> None:
    """Check every transfer, every account and total, and hold the ledger against the service records."""
    book = verify(_progress("transfers"))
    records = reconcile(_progress("service records"))
    if as_json:
        click.echo(json.dumps(_as_json(book, records), ensure_ascii=False))
    else:
        _tell(book, records)
    if not (book.sound and records.sound):
        sys.exit(1)


def _progress(what: str) -> Progress | None:
    """Tell on a terminal how far it is; a pipe stays quiet."""
    if not sys.stderr.isatty():
        return None
    return lambda done: click.echo(f"\r{done:,} {what} checked", err=True, nl=False)


def _as_json(book: Verification, records: Verification) -> dict[str, object]:
    return {
        "sound": book.sound and records.sound,
        "transfers": book.checked,
        "service_records": records.checked,
        "faults": [asdict(fault) for fault in book.faults + records.faults],
    }


def _tell(book: Verification, records: Verification) -> None:
    if sys.stderr.isatty():
        click.echo("", err=True)
    for fault in book.faults + records.faults:
        behind = f" ({fault.detail})" if fault.detail else ""
        click.echo(f"{fault.table} {fault.row} {WORDS[fault.code]}{behind}", err=True)
    faults = len(book.faults) + len(records.faults)
    found = "no fault" if not faults else f"{faults} fault{'s' if faults > 1 else ''}"
    click.echo(f"{book.checked:,} transfers, {records.checked:,} service records: {found}")
