"""`flask worker`: the process that runs the schedule and relays events."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from timebank.wiring import SCHEDULE, SUBSCRIPTIONS
from timebank.worker import Worker, serve


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run scheduled jobs and pass events on, until SIGTERM or Ctrl-C.

    Any number may be started: one of them works, the others wait and take over when it stops.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    sys.exit(serve(Worker(app, SCHEDULE, SUBSCRIPTIONS)))
