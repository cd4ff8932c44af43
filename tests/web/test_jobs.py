"""The page of scheduled jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as make
from tests.support import signed_in
from timebank.kernel.db import session
from timebank.kernel.jobs import Job, JobRun, run_job
from timebank.kernel.policy import Permission, Role
from timebank.kernel.work import Work
from timebank.web.jobs.words import WORDS
from timebank.wiring import SCHEDULE


def count(work: Work, *, on: date) -> Mapping[str, int]:
    work.allow(Permission.JOB_RUN)
    return {"counted": 1234}


def run(slot: str) -> None:
    run_job("sweep", Job(count, {"hour": 3}), on=date(2026, 11, 21), slot=slot, runner="one")


def page(app: Flask, role: Role, query: str = "") -> tuple[int, str]:
    with app.app_context():
        client = signed_in.browser(app, make.officer(role, 0))
    answer = client.get(f"/office/jobs{query}")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.text


def test_nothing_has_run_yet(app: Flask) -> None:
    status, text = page(app, Role.OPERATOR)
    assert status == 200
    assert "flask worker" in text
    assert "flask jobs run indicators" in text


def test_the_runs_are_shown_and_paged(app: Flask) -> None:
    with app.app_context():
        for number in range(3):
            run(f"hand:{number}")
    status, text = page(app, Role.AUDITOR, "?limit=2")
    assert status == 200
    assert text.count("1,234") == 2
    assert "cursor=" in text
    assert "1,234" not in page(app, Role.AUDITOR, "?job=another")[1]


def test_a_community_worker_has_no_business_here(app: Flask) -> None:
    assert page(app, Role.COMMUNITY_WORKER)[0] == 403


@pytest.mark.parametrize("name", SCHEDULE)
def test_every_job_and_what_it_counts_has_words(app: Flask, name: str) -> None:
    with app.app_context():
        assert run_job(name, SCHEDULE[name], on=date(2026, 11, 21), slot="hand", runner="one") is not None
        (counts,) = session().scalars(select(JobRun.result))
    assert name in WORDS["job"]
    assert set(counts) <= set(WORDS["run_count"])
