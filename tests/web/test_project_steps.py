"""Complete projects by page and by API: self-check, steps, copies, templates, make-up projects."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Project
from timebank.volunteers.models import Volunteer

ENGLISH = {"Accept-Language": "en"}


class Scene:
    """The people of these tests, and how each of them reaches the service."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            people.region_tree()
            self.team = people.organization()
            self.organizer = people.organizer(self.team)
            self.reviewer = make.reviewer()
            self.authority = people.officer(Role.AUTHORITY, people.NORTH)

    def api(self, actor: Actor | None, method: str, path: str, **given: Any) -> Any:
        headers = dict(ENGLISH)
        if actor:
            with self.app.app_context():
                headers |= bearer(actor)
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **given)

    def page(self, actor: Actor | None, path: str, **given: Any) -> Any:
        """A page in English; with `data` the form on it is sent."""
        if actor is None:
            client = self.app.test_client()
        else:
            with self.app.app_context():
                client = browser(self.app, actor)
        ask = client.post if "data" in given else client.get
        return ask(path, headers=ENGLISH, **given)

    def event(self, **changes: Any) -> make.Event:
        with self.app.app_context():
            return make.event(organization=self.team, organizer=self.organizer, **changes)

    def row(self, key: Key) -> Project:
        with self.app.app_context():
            return session().get_one(Project, (key.shard, key.id))

    def made_up(self, *, submitted: bool = True, approved: bool = False) -> Key:
        with self.app.app_context():
            key = make.made_up(self.organizer, self.team)
            if submitted:
                perform(self.organizer, projects.submit_project, project=key)
            if approved:
                perform(SYSTEM, projects.approve_project, project=key)
            return key


@pytest.fixture
def scene(app: Flask, clock: FakeClock) -> Scene:
    return Scene(app)


def form(scene: Scene, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {**make.facts(), "organization": str(scene.team), "earns_credit": "true"}
    return {**given, "region_code": f"{given['region_code']:012d}", "fund_source": "own", **changes}


# --- the form ---------------------------------------------------------------------------------------


def test_danger_and_minors_are_asked_about_beside_their_fields(scene: Scene) -> None:
    given = form(scene, is_dangerous="1", with_minors="1", safeguards=["water"], contact_phone_public="1")
    answer = scene.page(scene.organizer, "/organize/projects/new", data=given)
    assert answer.status_code == 422
    for field, words in (
        ("safeguards", "Service with danger needs insurance."),
        ("insurance", "Say which insurance volunteers have"),
        ("supervision", "With minors, say how they are guarded"),
        ("contact_phone", "This is needed."),
    ):
        assert f'href="#f-{field}">{words}' in answer.text
    assert "陪伴社区独居老人" in answer.text


def test_everything_that_was_said_is_shown_and_kept_by_the_form(scene: Scene) -> None:
    given = form(
        scene,
        is_dangerous="1",
        insurance="人身意外险，每人20万元",
        with_minors="1",
        supervision="两名成人始终在场",
        skills=["first_aid"],
        fund_source="purchased",
        contact_name="王队长",
        contact_phone="0833-2440123",
        contact_phone_public="1",
        recruits_from="2026-11-30",
    )
    made = scene.page(scene.organizer, "/organize/projects/new", data=given).location
    key = Key.parse(made.rsplit("/", 1)[-1])
    edited = scene.page(scene.organizer, f"{made}/edit").text
    for text in ("人身意外险", "两名成人", "0833-2440123", 'value="2026-11-30"'):
        assert text in edited
    again = {name: value for name, value in given.items() if name not in ("organization", "with_minors")}
    assert scene.page(scene.organizer, f"{made}/edit", data=again).status_code == 302
    row = scene.row(key)
    assert (row.is_dangerous, row.with_minors, row.fund_source) == (True, False, "purchased")
    assert row.recruits_from
    assert row.recruits_from.isoformat() == "2026-11-29T16:00:00+00:00"
    with scene.app.app_context():
        perform(scene.organizer, projects.answer_self_check, project=key, answers=make.right_answers())
        make.approved(scene.organizer, key)
    public = scene.page(None, f"/projects/{key}").text
    for words in ("Dangerous service, insured", "0833-2440123", "First aid", "Recruiting soon"):
        assert words in public


# --- self-check -------------------------------------------------------------------------------------


def test_the_self_check_is_answered_on_the_way_in(scene: Scene) -> None:
    with scene.app.app_context():
        key = perform(scene.organizer, projects.create_project, organization=scene.team, **make.facts())
        right = make.right_answers()
    path = f"/organize/projects/{key}/submit"
    assert "Is it a dinner" in scene.page(scene.organizer, path).text
    nothing = scene.page(scene.organizer, path, data={})
    assert nothing.status_code == 422
    assert 'href="#f-unpaid">This is needed.' in nothing.text
    wrong = scene.page(scene.organizer, path, data={**right, "rehearsal": "yes"})
    assert 'href="#f-rehearsal">Answered like this, it is not volunteering' in wrong.text
    assert scene.page(scene.organizer, path, data=right).status_code == 302
    review = scene.page(scene.reviewer, f"/office/projects/{key}").text
    assert "Is it a rehearsal" in review
    assert "第19条" in review


def test_the_self_check_by_api(scene: Scene) -> None:
    with scene.app.app_context():
        key = perform(scene.organizer, projects.create_project, organization=scene.team, **make.facts())
    path = f"/projects/{key}/submit"
    refused = scene.api(scene.organizer, "POST", path)
    assert (refused.status_code, refused.json["code"]) == (409, "self-check-needed")
    asked = scene.api(None, "GET", "/self-check").json
    right = dict.fromkeys(asked["asked_yes"], "yes") | dict.fromkeys(asked["asked_no"], "no")
    wrong = scene.api(scene.organizer, "POST", path, json={"answers": {**right, "unpaid": "no"}})
    assert (wrong.status_code, list(wrong.json["errors"])) == (422, ["unpaid"])
    assert scene.api(scene.organizer, "POST", path, json={"answers": right}).json["status"] == "submitted"


# --- steps ------------------------------------------------------------------------------------------


def test_steps_by_page(scene: Scene) -> None:
    event = scene.event(starts_at=scene.app.extensions["timebank"].clock.now() + timedelta(days=1))
    home = f"/organize/projects/{event.project}"
    assert "Pause the project" in scene.page(scene.organizer, home).text
    form = scene.page(scene.organizer, f"{home}/steps/pause").text
    assert "Nobody can sign up, and the gates take nobody in" in form
    assert scene.page(scene.organizer, f"{home}/steps/pause", data={"reason": ""}).status_code == 422
    assert scene.page(scene.organizer, f"{home}/steps/pause", data={"reason": "场地维修"}).status_code == 302
    assert "场地维修" in scene.page(None, f"/projects/{event.project}").text
    page = scene.page(scene.organizer, home).text
    assert "Let the project go on" in page
    assert "场地维修" in page
    assert scene.page(scene.organizer, f"{home}/steps/resume", data={}).status_code == 302
    refused = scene.page(scene.organizer, f"{home}/steps/close", data={})
    assert refused.status_code == 422
    assert "A shift is not over yet." in refused.text
    for step in ("stop", "void", "approve", "nonsense"):
        assert scene.page(scene.organizer, f"{home}/steps/{step}").status_code == 404


def test_the_authority_stops_lifts_and_voids_by_page(scene: Scene) -> None:
    event = scene.event()
    office = f"/office/projects/{event.project}"
    assert "As the authority" not in scene.page(scene.reviewer, office).text
    assert scene.page(scene.reviewer, f"{office}/steps/stop", data={"reason": "收到投诉"}).status_code == 403
    assert "See it as the office" in scene.page(scene.authority, f"/projects/{event.project}").text
    assert "Stop the project" in scene.page(scene.authority, office).text
    for step, given, status in (
        ("stop", {"reason": "收到投诉"}, "stopped"),
        ("lift", {}, "recruiting"),
        ("void", {"reason": "虚假活动"}, "voided"),
    ):
        assert scene.page(scene.authority, f"{office}/steps/{step}", data=given).location == office
        assert scene.row(event.project).status == status
    assert "虚假活动" in scene.page(scene.organizer, f"/organize/projects/{event.project}").text


def test_steps_by_api(scene: Scene) -> None:
    event = scene.event()
    path = f"/projects/{event.project}"
    for actor, step, given, status in (
        (scene.organizer, "end-recruiting", None, "recruited"),
        (scene.organizer, "start-recruiting", None, "recruiting"),
        (scene.organizer, "pause", {"reason": "场地维修"}, "paused"),
        (scene.organizer, "resume", None, "recruiting"),
        (scene.authority, "stop", {"reason": "收到投诉"}, "stopped"),
        (scene.authority, "lift", None, "recruiting"),
        (scene.authority, "void", {"reason": "虚假活动"}, "voided"),
    ):
        answer = scene.api(actor, "POST", f"{path}/{step}", json=given)
        assert answer.json["status"] == status, (step, answer.json)
    told = scene.api(scene.reviewer, "GET", f"{path}/dossier").json
    assert [step["status"] for step in told["history"]][-2:] == ["recruiting", "voided"]


def test_a_project_is_rejected_for_good(scene: Scene) -> None:
    for skin in ("page", "api"):
        with scene.app.app_context():
            key = make.draft(scene.organizer, scene.team)
            perform(scene.organizer, projects.submit_project, project=key)
        if skin == "page":
            path = f"/office/projects/{key}/reject"
            assert scene.page(scene.reviewer, path, data={"reason": ""}).status_code == 422
            scene.page(scene.reviewer, path, data={"reason": "属于值班"})
        else:
            scene.api(scene.reviewer, "POST", f"/projects/{key}/reject", json={"reason": "属于值班"})
        assert scene.row(key).status == "rejected"
        assert "属于值班" in scene.page(scene.organizer, f"/organize/projects/{key}").text


# --- copies and templates ---------------------------------------------------------------------------


def test_copies_and_templates_by_page(scene: Scene) -> None:
    event = scene.event()
    home = f"/organize/projects/{event.project}"
    assert "上午场" in scene.page(scene.organizer, f"{home}/copy").text
    refused = scene.page(scene.organizer, f"{home}/copy", data={"first_day": "2026-11-20"})
    assert 'href="#f-first_day">This time has passed.' in refused.text
    made = scene.page(scene.organizer, f"{home}/copy", data={"first_day": "2027-01-31"})
    copy = Key.parse(made.location.rsplit("/", 1)[-1])
    assert scene.row(copy).status == "draft"
    assert "No template yet" in scene.page(scene.organizer, "/organize/templates").text
    assert "社区长者午餐陪伴" in scene.page(scene.organizer, f"{home}/template").text
    scene.page(scene.organizer, f"{home}/template", data={"name": "每月探访"})
    assert "每月探访" in scene.page(scene.organizer, "/organize/templates").text
    with scene.app.app_context():
        template = queries.templates(scene.organizer).items[0].key
    path = f"/organize/templates/{template}"
    assert "1 shift" in scene.page(scene.organizer, path).text
    assert scene.page(scene.organizer, path, data={"first_day": "soon"}).status_code == 422
    made = scene.page(scene.organizer, path, data={"first_day": "2027-02-28"})
    assert scene.row(Key.parse(made.location.rsplit("/", 1)[-1])).name == "社区长者午餐陪伴"
    scene.page(scene.organizer, f"{path}/remove", data={})
    assert "No template yet" in scene.page(scene.organizer, "/organize/templates").text


def test_copies_and_templates_by_api(scene: Scene) -> None:
    event = scene.event()
    path = f"/projects/{event.project}"
    made = scene.api(scene.organizer, "POST", f"{path}/copies", json={"first_day": "2027-01-31"})
    assert (made.status_code, made.json["status"]) == (201, "draft")
    copy = scene.api(scene.organizer, "GET", f"/projects/{made.json['id']}").json
    assert [shift["starts_at"] for shift in copy["shifts"]] == ["2027-01-31T10:30:00+08:00"]
    saved = scene.api(scene.organizer, "POST", f"{path}/templates", json={"name": "每月探访"}).json["id"]
    (listed,) = scene.api(scene.organizer, "GET", "/project-templates").json["items"]
    assert (listed["id"], listed["shifts"], listed["days"]) == (saved, 1, 1)
    path = f"/project-templates/{saved}"
    made = scene.api(scene.organizer, "POST", f"{path}/projects", json={"first_day": "2028-02-29"})
    copy = scene.api(scene.organizer, "GET", f"/projects/{made.json['id']}").json
    assert copy["shifts"][0]["occurs_on"] == "2028-02-29"
    assert scene.api(scene.organizer, "DELETE", path).status_code == 204
    assert scene.api(scene.organizer, "DELETE", path).status_code == 404


# --- make-up projects -------------------------------------------------------------------------------


def test_a_make_up_project_by_pages(scene: Scene) -> None:
    given = form(scene, name="暴雨夜转移群众", make_up_reason="")
    path = "/organize/make-up/new"
    assert "At most 2 a month" in scene.page(scene.organizer, path).text
    assert 'href="#f-make_up_reason"' in scene.page(scene.organizer, path, data=given).text
    given["make_up_reason"] = "当晚紧急集结，来不及提前发布。"
    home = scene.page(scene.organizer, path, data=given).location
    key = Key.parse(home.rsplit("/", 1)[-1])
    shift = {"title": "夜间", "occurs_on": "2026-11-19", "starts_at": "20:00", "ends_at": "23:00"}
    late = scene.page(
        scene.organizer, f"{home}/shifts/new", data={**shift, "occurs_on": "2026-12-01", "capacity": "9"}
    )
    assert "has taken place already" in late.text
    assert "Opens before the start" not in late.text
    scene.page(scene.organizer, f"{home}/shifts/new", data={**shift, "capacity": "9"})
    files = f"{home}/evidence"
    bad = {"file": (io.BytesIO(b"MZ"), "a.exe")}
    assert scene.page(scene.organizer, files, data=bad).status_code == 422
    good = {"file": (io.BytesIO(make.PICTURE), "a.png")}
    assert scene.page(scene.organizer, files, data=good).status_code == 302
    with scene.app.app_context():
        right = make.right_answers()
    assert scene.page(scene.organizer, f"{home}/submit", data=right).status_code == 302
    assert "The authority decides" in scene.page(scene.reviewer, f"/office/projects/{key}").text
    review = scene.page(scene.authority, f"/office/projects/{key}").text
    for words in ("当晚紧急集结", "1 of at most 2", "File 1", "Approve", "Make-up project"):
        assert words in review
    assert "暴雨夜转移群众" in scene.page(scene.authority, "/office/projects").text
    assert "暴雨夜转移群众" not in scene.page(scene.reviewer, "/office/projects").text
    scene.page(scene.authority, f"/office/projects/{key}/approve", data={})
    assert "Make-up project" in scene.page(None, f"/projects/{key}").text


def test_evidence_is_downloaded_and_never_run(scene: Scene) -> None:
    key = scene.made_up()
    with scene.app.app_context():
        file = queries.dossier(scene.organizer, key).evidence[0].key
    path = f"/projects/{key}/evidence/{file}"
    answer = scene.page(scene.authority, path)
    assert answer.data == make.PICTURE
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert scene.page(None, path).location.startswith("/sign-in")
    assert scene.page(scene.reviewer, path).status_code == 403


def test_a_make_up_project_by_api(scene: Scene) -> None:
    given = {**form(scene, earns_credit=True), "reason": "当晚紧急集结，来不及提前发布。"}
    made = scene.api(scene.organizer, "POST", "/make-up-projects", json=given)
    assert made.status_code == 201
    path = f"/projects/{made.json['id']}"
    shift = {"title": "夜间", "capacity": 9}
    times = {"starts_at": "2026-11-19T20:00:00+08:00", "ends_at": "2026-11-19T23:00:00+08:00"}
    scene.api(scene.organizer, "POST", f"{path}/shifts", json=shift | times)
    file = {"file": base64.b64encode(make.PICTURE).decode()}
    first, second = (
        scene.api(scene.organizer, "POST", f"{path}/evidence", json=file).json["id"] for _ in range(2)
    )
    assert scene.api(scene.organizer, "DELETE", f"{path}/evidence/{first}").status_code == 204
    opened = scene.api(scene.organizer, "POST", f"{path}/evidence/{second}/open").json
    assert (opened["media_type"], base64.b64decode(opened["content"])) == ("image/png", make.PICTURE)
    with scene.app.app_context():
        right = make.right_answers()
    sent = scene.api(scene.organizer, "POST", f"{path}/submit", json={"answers": right}).json
    assert (sent["status"], sent["kind"]) == ("submitted", "make_up")
    assert scene.api(scene.reviewer, "POST", f"{path}/approve").status_code == 403
    assert scene.api(scene.authority, "POST", f"{path}/approve").json["status"] == "running"


def test_the_quota_is_refused_with_its_number(scene: Scene) -> None:
    for _ in range(2):
        scene.made_up()
    key = scene.made_up(submitted=False)
    answer = scene.api(scene.organizer, "POST", f"/projects/{key}/submit")
    assert (answer.status_code, answer.json["code"]) == (409, "make-up-quota")
    assert "its 2 make-up projects of this month" in answer.json["detail"]


def test_who_was_there_is_entered_by_page_and_by_api(scene: Scene) -> None:
    key = scene.made_up(approved=True)
    with scene.app.app_context():
        (shift,) = queries.shift_keys(key)
        known = [people.volunteer() for _ in range(2)]
        numbers = [session().get_one(Volunteer, (each.shard, each.id)).volunteer_no for each in known]
        gate = queries.gate_of(shift)
        assert gate
    path = f"/organize/shifts/{shift}/attendance"
    assert f'href="{path}"' in scene.page(scene.organizer, f"/organize/projects/{key}").text
    assert 'value="07:00"' in scene.page(scene.organizer, path).text
    given = {"numbers": f"{numbers[0]}\n\nV-999", "in_at": "07:30", "out_at": "09:00"}
    answer = scene.page(scene.organizer, path, data=given).text
    assert "Nobody has this number" in answer
    assert "1 person is entered." in answer
    assert scene.page(scene.organizer, path, data={**given, "numbers": ""}).status_code == 422
    line = {"number": numbers[1], "in_at": gate.starts_at.isoformat(), "out_at": gate.ends_at.isoformat()}
    found = scene.api(scene.organizer, "POST", f"/shifts/{shift}/attendance", json={"people": [line, line]})
    assert [each["outcome"] for each in found.json["items"]] == ["entered", "repeated"]
