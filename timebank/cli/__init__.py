"""The commands of `flask`, one file for each group."""

from __future__ import annotations

from flask import Flask

from timebank.cli import demo, gate, jobs, keys, ledger, regions, statistics, users, volunteers, worker


def install(app: Flask) -> None:
    """Give the application its commands."""
    app.cli.add_command(demo.demo)
    app.cli.add_command(gate.gate)
    app.cli.add_command(jobs.jobs)
    app.cli.add_command(keys.keys)
    app.cli.add_command(ledger.ledger)
    app.cli.add_command(regions.regions)
    app.cli.add_command(regions.figures)
    app.cli.add_command(statistics.statistics)
    app.cli.add_command(statistics.targets)
    app.cli.add_command(users.users)
    app.cli.add_command(volunteers.volunteers)
    app.cli.add_command(worker.worker)
