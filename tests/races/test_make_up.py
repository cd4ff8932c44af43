"""Make-up projects handed in and attended in many processes at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.crew import in_processes
from timebank.attendance.usecases import Attended, enter_attendance
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.volunteers.models import Volunteer


def submit(organizer: Actor, project: Key) -> Key:
    perform(organizer, projects.submit_project, project=project)
    return project


def number_of(volunteer: Key) -> str:
    return str(session().get_one(Volunteer, (volunteer.shard, volunteer.id)).volunteer_no)


def whole_shift(shift: Key, number: str) -> Attended:
    gate = queries.gate_of(shift)
    assert gate
    return Attended(number, gate.starts_at, gate.starts_at + timedelta(hours=3))


def test_of_many_at_once_only_the_quota_is_taken(app: Flask) -> None:
    with app.app_context():
        people.region_tree()
        team = people.organization()
        organizer = people.organizer(team)
        drafts = [make.made_up(organizer, team) for _ in range(6)]

    def hand_in(number: int) -> str:
        try:
            submit(organizer, drafts[number])
        except Conflict as refusal:
            return refusal.code
        return "submitted"

    answers = Counter(in_processes(app, len(drafts), hand_in))
    assert answers == {"submitted": 2, "make-up-quota": 4}
    with app.app_context():
        assert queries.dossier(organizer, drafts[0]).made_up == 2


def test_two_lists_at_once_enter_a_person_once(app: Flask) -> None:
    with app.app_context():
        people.region_tree()
        team = people.organization()
        organizer, authority = people.organizer(team), people.officer(Role.AUTHORITY, people.NORTH)
        shifts = []
        for _ in range(2):
            key = submit(organizer, make.made_up(organizer, team))
            perform(authority, projects.approve_project, project=key)
            shifts += queries.shift_keys(key)
        number = number_of(people.volunteer())

    def enter_one(which: int) -> str:
        shift = shifts[which % 2]
        return str(
            perform(organizer, enter_attendance, shift=shift, people=[whole_shift(shift, number)])[0].outcome
        )

    answers = Counter(in_processes(app, 4, enter_one))
    assert answers["entered"] == 1
    assert set(answers) <= {"entered", "repeated", "overlaps-other"}
