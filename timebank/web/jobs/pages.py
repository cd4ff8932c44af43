"""The page /office/jobs."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _

from timebank.kernel import job_history
from timebank.kernel.job_history import RunCard
from timebank.kernel.policy import Actor
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.fields import PageQuery, Text
from timebank.web.kit.text import number
from timebank.web.kit.words import WORDS

pages = pages_door("jobs")


class HistoryQuery(PageQuery):
    """Which runs, and which page of them."""

    job = Text(1, 60, load_default=None)


@pages.get("/office/jobs")
def history() -> str:
    """The runs of scheduled jobs, the newest first, and whether somebody schedules at all."""
    actor = current_actor()
    asked = HistoryQuery().load(request.args)
    page = job_history.history(actor, **asked)
    return render_template(
        "jobs/history.html",
        page=page,
        pulse=job_history.pulse(actor),
        tabs=_tabs(actor, asked["job"]),
        title_of=_title,
        told=_told,
        next_url=page.next and url_for("jobs.history", job=asked["job"], cursor=page.next),
        first_url=asked["cursor"] and url_for("jobs.history", job=asked["job"]),
    )


def _tabs(actor: Actor, chosen: str | None) -> list[dict[str, object]]:
    everything = {"url": url_for("jobs.history"), "label": _("All"), "current": chosen is None}
    return [everything] + [
        {"url": url_for("jobs.history", job=name), "label": _title(name), "current": name == chosen}
        for name in job_history.ran_jobs(actor)
    ]


def _title(job: str) -> str:
    return str(WORDS["job"].get(job, job))


def _told(run: RunCard) -> str:
    """What a run counted, in words."""
    counted = (run.result or {}).items()
    return " · ".join(f"{WORDS['run_count'].get(name, name)} {number(count)}" for name, count in counted)
