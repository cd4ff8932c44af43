"""`flask keys`: which keys are in use, and changing them while the service runs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import click
from flask.cli import AppGroup

from timebank.kernel.db import runtime
from timebank.kernel.keys import BATCH, Progress, claims_in_use, fields_in_use, rotate
from timebank.kernel.policy import SYSTEM

NAMED_FAULTS = 20
UNRECORDED = "not recorded"

keys = AppGroup("keys", help="Keys of encrypted fields and of look-up: what is in use, rotation.")


@keys.command("show")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(as_json: bool) -> None:
    """Tell for each key how many fields and claims need it; a key that is needed must stay configured."""
    found = {"field_keys": _field_keys(), "index_keys": _index_keys()}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(found)
    if any(each["state"] == "missing" for each in (*found["field_keys"], *found["index_keys"])):
        raise click.ClickException("Something needs a key that is not configured: give it back.")


@keys.command("rotate")
@click.option("--batch", type=click.IntRange(1, 5000), default=BATCH, show_default=True)
def rotate_command(batch: int) -> None:
    """Bring every field under the last field key and every claim under the first index key.

    The service may go on; every process of it must know both keys first. May be stopped and started again.
    """
    done = rotate(batch, _progress())
    if sys.stderr.isatty():
        click.echo("", err=True)
    click.echo(f"{done.fields:,} rows encrypted anew, {done.claims:,} claims carried over")
    for fault in done.faults[:NAMED_FAULTS]:
        click.echo(f"{fault} cannot be read or carried over", err=True)
    if done.faults:
        raise click.ClickException(
            f"{len(done.faults):,} still need an older key; `flask keys show` says which."
        )


def _progress() -> Progress | None:
    """Tell on a terminal how far it is; a pipe stays quiet."""
    if not sys.stderr.isatty():
        return None
    return lambda table, count: click.echo(f"\r{table}: {count:,} rows\033[K", err=True, nl=False)


def _field_keys() -> list[dict[str, Any]]:
    vault = runtime().vault
    used: dict[str, Counter[str]] = {key_id: Counter() for key_id in vault.field_keys}
    for use in fields_in_use(SYSTEM):
        used.setdefault(use.key_id, Counter())[f"{use.table}.{use.column}"] += use.fields
    return [
        {
            "key": key_id,
            "algorithm": vault.field_keys[key_id].name if key_id in vault.field_keys else None,
            "state": _state(key_id, vault.active, vault.field_keys),
            "fields": count.total(),
            "columns": dict(count),
        }
        for key_id, count in used.items()
    ]


def _index_keys() -> list[dict[str, Any]]:
    marks = runtime().vault.index_marks
    needed: dict[str, Counter[str]] = {mark: Counter() for mark in marks}
    copies = Counter[str]()
    for use in claims_in_use(SYSTEM):
        mark = use.mark or UNRECORDED
        needed.setdefault(mark, Counter())
        if use.is_copy:
            copies[mark] += use.claims
        else:
            needed[mark][use.kind] += use.claims
    return [
        {
            "key": mark,
            "state": _index_state(mark, count, marks),
            "claims": count.total(),
            "copies": copies[mark],
            "kinds": dict(count),
        }
        for mark, count in needed.items()
    ]


def _state(key: str, current: str, known: Any) -> str:
    return "current" if key == current else "older" if key in known else "missing"


def _index_state(mark: str, needed: Counter[str], marks: tuple[str, ...]) -> str:
    known = (mark,) if mark == UNRECORDED or not needed else marks  # copies need nothing
    return _state(mark, marks[0], known)


def _tell(found: dict[str, list[dict[str, Any]]]) -> None:
    click.echo("Field keys")
    for each in found["field_keys"]:
        name = f"{each['key']:<16}  {each['algorithm'] or '?':<12}  {each['state']:<8}"
        click.echo(f"  {name}  {each['fields']:>12,} fields  {_parts(each['columns'])}".rstrip())
    click.echo("Index keys")
    for each in found["index_keys"]:
        copies = f"  and {each['copies']:,} copies that nothing needs" if each["copies"] else ""
        told = f"{each['claims']:>12,} claims  {_parts(each['kinds'])}{copies}"
        click.echo(f"  {each['key']:<16}  {'HMAC-SHA-256':<12}  {each['state']:<8}  {told}".rstrip())


def _parts(counted: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counted.items())
