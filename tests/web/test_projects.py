"""Projects, shifts and sign-ups by page and by API: one body, two skins."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.identity.usecases import add_grant
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Permission, Role
from timebank.kernel.work import Work, perform
from timebank.projects import usecases as projects
from timebank.projects.models import Project, Shift, SignUp
from timebank.volunteers import usecases as volunteers

ENGLISH = {"Accept-Language": "en"}
API = "/api/v1"


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
            self.south = make.reviewer(people.SOUTH)
            self.other = people.organizer(people.organization("沙湾志愿服务队", people.SOUTH))
            self.person = people.actor_of_volunteer(people.volunteer(name="周小川"))

    def api(self, actor: Actor | None, method: str, path: str, **given: Any) -> Any:
        """The answer to an API request of that person."""
        headers = dict(ENGLISH)
        if actor:
            with self.app.app_context():
                headers |= bearer(actor)
        headers |= given.pop("headers", {})
        return self.app.test_client().open(API + path, method=method, headers=headers, **given)

    def pages(self, actor: Actor | None) -> FlaskClient:
        """That person's browser."""
        if actor is None:
            return self.app.test_client()
        with self.app.app_context():
            return browser(self.app, actor)

    def draft(self, **changes: Any) -> Key:
        with self.app.app_context():
            return make.draft(self.organizer, self.team, **changes)

    def submitted(self, **changes: Any) -> Key:
        key = self.draft(**changes)
        with self.app.app_context():
            make.shift(self.organizer, key)
            perform(self.organizer, projects.submit_project, project=key)
        return key

    def event(self, **changes: Any) -> make.Event:
        with self.app.app_context():
            return make.event(organization=self.team, organizer=self.organizer, **changes)

    def status(self, key: Key) -> str:
        with self.app.app_context():
            return session().get_one(Project, (key.shard, key.id)).status

    def taken(self, key: Key) -> int:
        with self.app.app_context():
            return session().get_one(Shift, (key.shard, key.id)).taken


@pytest.fixture
def scene(app: Flask, clock: FakeClock) -> Scene:
    return Scene(app)


def form(scene: Scene, **changes: Any) -> dict[str, Any]:
    """What stands in the form of a new project."""
    given: dict[str, Any] = {**make.facts(), "organization": str(scene.team), "earns_credit": "true"}
    return {**given, "region_code": f"{given['region_code']:012d}", **changes}


def body(scene: Scene, **changes: Any) -> dict[str, Any]:
    return form(scene, earns_credit=True, **changes)


SHIFT_FORM = {
    "title": "上午场",
    "occurs_on": "2026-11-22",
    "starts_at": "09:00",
    "ends_at": "11:30",
    "capacity": "20",
    "opens_minutes": "30",
    "closes_minutes": "60",
}
SHIFT_BODY = {
    "title": "上午场",
    "starts_at": "2026-11-22T09:00:00+08:00",
    "ends_at": "2026-11-22T03:30:00+00:00",
    "capacity": 20,
    "opens_minutes": 30,
    "closes_minutes": 60,
}


# --- one body, two skins ----------------------------------------------------------------------------


def test_page_and_api_make_the_same_project_and_shift(scene: Scene) -> None:
    organizer = scene.pages(scene.organizer)
    answer = organizer.post("/organize/projects/new", data=form(scene))
    by_page = Key.parse(answer.location.rsplit("/", 1)[-1])
    by_api = Key.parse(scene.api(scene.organizer, "POST", "/projects", json=body(scene)).json["id"])
    organizer.post(f"/organize/projects/{by_page}/shifts/new", data=SHIFT_FORM)
    made = scene.api(scene.organizer, "POST", f"/projects/{by_api}/shifts", json=SHIFT_BODY)
    assert made.status_code == 201
    pair = [scene.api(scene.organizer, "GET", f"/projects/{key}").json for key in (by_page, by_api)]
    for each in pair:
        each.pop("project_no"), each.pop("id"), each["shifts"][0].pop("id"), each["shifts"][0].pop("project")
    assert pair[0] == pair[1]
    assert pair[0]["shifts"][0]["starts_at"] == "2026-11-22T09:00:00+08:00"
    assert pair[0]["shifts"][0]["closes_at"] == "2026-11-22T12:30:00+08:00"


def test_the_whole_way_by_pages(scene: Scene) -> None:
    key = scene.draft()
    organizer, reviewer = scene.pages(scene.organizer), scene.pages(scene.reviewer)
    assert "Add a shift" in organizer.get(f"/organize/projects/{key}", headers=ENGLISH).text
    organizer.post(f"/organize/projects/{key}/shifts/new", data=SHIFT_FORM)
    assert organizer.post(f"/organize/projects/{key}/submit").status_code == 302
    assert "社区长者午餐陪伴" in reviewer.get("/office/projects").text
    assert reviewer.post(f"/office/projects/{key}/return", data={"reason": "请写明保险"}).status_code == 302
    page = organizer.get(f"/organize/projects/{key}").text
    assert "请写明保险" in page
    edited = form(scene, name="午餐陪伴（修订）")
    edited.pop("organization")
    assert organizer.post(f"/organize/projects/{key}/edit", data=edited).status_code == 302
    organizer.post(f"/organize/projects/{key}/submit")
    assert reviewer.post(f"/office/projects/{key}/approve").location == "/office/projects"
    assert "午餐陪伴（修订）" in scene.pages(None).get("/projects").text


def test_the_whole_way_by_api(scene: Scene) -> None:
    key = scene.draft()
    path = f"/projects/{key}"
    assert scene.api(scene.organizer, "POST", f"{path}/submit").json["status"] == "submitted"
    returned = scene.api(scene.reviewer, "POST", f"{path}/return", json={"reason": "请写明保险"}).json
    assert (returned["status"], returned["review_note"]) == ("returned", "请写明保险")
    edited = scene.api(scene.organizer, "PATCH", path, json={"name": "午餐陪伴（修订）"}).json
    assert (edited["name"], edited["earns_credit"]) == ("午餐陪伴（修订）", True)
    scene.api(scene.organizer, "POST", f"{path}/submit")
    assert scene.api(scene.reviewer, "POST", f"{path}/approve").json["status"] == "recruiting"
    assert scene.api(None, "GET", path).json["actions"] == []
    cancelled = scene.api(scene.organizer, "POST", f"{path}/cancel", json={"reason": "暴雨停办"})
    assert cancelled.json["status"] == "cancelled"


@pytest.mark.parametrize("skin", ["page", "api"])
def test_signing_up_and_giving_back(scene: Scene, skin: str) -> None:
    event = scene.event()
    if skin == "page":
        volunteer = scene.pages(scene.person)
        assert volunteer.post(f"/shifts/{event.shift}/sign-up").location == f"/projects/{event.project}"
    else:
        answer = scene.api(scene.person, "POST", f"/shifts/{event.shift}/sign-ups")
        assert (answer.status_code, answer.json["status"]) == (201, "accepted")
    assert scene.taken(event.shift) == 1
    own = scene.api(scene.person, "GET", f"/shifts/{event.shift}").json["sign_up"]
    if skin == "page":
        leave = f"/shifts/{event.shift}/sign-ups/{own['id']}/cancel"
        assert volunteer.post(leave, headers=ENGLISH).status_code == 422  # it starts soon: a reason is needed
        assert volunteer.post(leave, data={"reason": "孩子发烧"}).status_code == 302
    else:
        leave = f"/sign-ups/{own['id']}"
        refused = scene.api(scene.person, "DELETE", leave)
        assert refused.json["errors"]["reason"][0]["code"] == "reason-needed"
        assert scene.api(scene.person, "DELETE", f"{leave}?reason=孩子发烧").status_code == 204
    assert scene.taken(event.shift) == 0


# --- pages ------------------------------------------------------------------------------------------


def test_a_form_with_faults_comes_back_with_what_was_written(scene: Scene) -> None:
    organizer = scene.pages(scene.organizer)
    answer = organizer.post(
        "/organize/projects/new", data={**form(scene), "risk": " ", "categories": []}, headers=ENGLISH
    )
    assert answer.status_code == 422
    assert "社区长者午餐陪伴" in answer.text
    assert re.search(r'href="#f-risk">This is needed\.', answer.text)
    assert 'href="#f-categories"' in answer.text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends_at": "08:00"}, "ends_at", "The end must come after the start."),
        ({"occurs_on": "2026-11-20"}, "starts_at", "This time has passed."),
        ({"capacity": "0"}, "capacity", "Enter a number from 1 to 5000."),
        ({"capacity": "many"}, "capacity", "Enter a whole number."),
        ({"starts_at": "nine"}, "starts_at", "Enter a time such as 14:30."),
        ({"opens_minutes": "999"}, "opens_minutes", "Enter a number from 0 to 240."),
    ],
)
def test_a_shift_with_faults(scene: Scene, changes: dict[str, str], field: str, words: str) -> None:
    key = scene.draft()
    address = f"/organize/projects/{key}/shifts/new"
    answer = scene.pages(scene.organizer).post(address, data={**SHIFT_FORM, **changes}, headers=ENGLISH)
    assert answer.status_code == 422
    assert f'href="#f-{field}">{words}' in answer.text


def test_what_a_visitor_reads_before_signing_up(scene: Scene) -> None:
    event = scene.event()
    page = scene.pages(None).get(f"/projects/{event.project}", headers=ENGLISH).text
    assert "厨房地面湿滑" in page
    assert "Insurance" in page
    assert "Sign in to take a place" in page
    assert "30 places left of 30" in page


def test_every_state_of_a_shift_has_its_words(scene: Scene, clock: FakeClock) -> None:
    event = scene.event(capacity=1)
    with scene.app.app_context():
        waiting = people.actor_of_volunteer(people.applicant())
        suspended = people.volunteer()
        perform(SYSTEM, volunteers.suspend, volunteer=suspended, reason="核实中")
        suspended = people.actor_of_volunteer(suspended)

    def reads(actor: Actor | None) -> str:
        return scene.pages(actor).get(f"/projects/{event.project}", headers=ENGLISH).text

    assert "Sign up for 上午场" in reads(scene.person)
    assert "not approved yet" in reads(waiting)
    assert "suspended" in reads(suspended)
    assert "Only registered volunteers" in reads(scene.organizer)
    with scene.app.app_context():
        winner = make.signed_up(event.shift)
    assert "You have a place" in reads(winner)
    assert "All places are taken" in reads(scene.person)
    clock.advance(hours=1)
    assert "Sign-up is closed" in reads(scene.person)
    assert "Give my place back" not in reads(winner)
    clock.advance(hours=9)
    assert "No shift is coming" in reads(scene.person)
    assert "1 shift is over." in reads(scene.person)


def test_lists_that_are_empty_say_what_to_do(scene: Scene) -> None:
    assert "Nothing at the moment" in scene.pages(None).get("/projects", headers=ENGLISH).text
    filtered = scene.pages(None).get(f"/projects?region={people.SOUTH}", headers=ENGLISH).text
    assert "Show all regions" in filtered
    assert scene.pages(None).get("/projects?region=nonsense").status_code == 200
    assert "No project yet" in scene.pages(scene.organizer).get("/organize", headers=ENGLISH).text
    assert "Nothing waits" in scene.pages(scene.reviewer).get("/office/projects", headers=ENGLISH).text


def test_the_region_filter(scene: Scene) -> None:
    scene.event()
    visitor = scene.pages(None)
    everywhere = visitor.get("/projects").text
    assert f'value="{people.NORTH}"' in everywhere
    assert "社区长者午餐陪伴" in visitor.get(f"/projects?region={people.NORTH}").text
    assert "社区长者午餐陪伴" not in visitor.get(f"/projects?region={people.SOUTH}").text


def test_cancelling_asks_for_a_reason(scene: Scene) -> None:
    event = scene.event()
    organizer = scene.pages(scene.organizer)
    address = f"/organize/projects/{event.project}/cancel"
    assert organizer.get(address).status_code == 200
    assert organizer.post(address, data={"reason": ""}).status_code == 422
    assert organizer.post(address, data={"reason": "暴雨停办"}).status_code == 302
    assert scene.status(event.project) == "cancelled"
    assert "暴雨停办" in scene.pages(None).get(f"/projects/{event.project}").text


def test_an_organizer_without_organisation_writes_nothing(scene: Scene) -> None:
    assert scene.pages(scene.person).get("/organize/projects/new").status_code == 403
    assert scene.pages(None).get("/organize").location.startswith("/sign-in")


def test_the_edit_form_shows_what_is_kept(scene: Scene) -> None:
    key = scene.draft()
    page = scene.pages(scene.organizer).get(f"/organize/projects/{key}/edit").text
    assert "厨房地面湿滑" in page
    assert re.search(r'value="elder_help"[^>]* checked', page)
    assert re.search(rf'value="{people.NORTH_COMMUNITY}" selected', page)


# --- strangers --------------------------------------------------------------------------------------


def test_a_project_under_review_is_not_there_for_strangers(scene: Scene) -> None:
    key = scene.submitted()
    for actor in (scene.other, scene.south, None):
        assert scene.api(actor, "GET", f"/projects/{key}").status_code == 404
        assert scene.pages(actor).get(f"/projects/{key}").status_code == 404
    for path in ("", "/edit", "/cancel", "/shifts/new"):
        assert scene.pages(scene.other).get(f"/organize/projects/{key}{path}").status_code == 404
    for path, given in (("submit", {}), ("cancel", {"reason": "不办了"})):
        answer = scene.api(scene.other, "POST", f"/projects/{key}/{path}", json=given)
        assert answer.status_code == 404
    assert scene.api(scene.south, "POST", f"/projects/{key}/approve").status_code == 404
    assert scene.pages(scene.south).get(f"/office/projects/{key}").status_code == 404
    assert scene.status(key) == "submitted"


def test_other_organisations_do_not_touch_a_public_project(scene: Scene) -> None:
    event = scene.event()
    assert scene.pages(scene.other).get(f"/organize/projects/{event.project}").status_code == 404
    answer = scene.api(scene.other, "POST", f"/projects/{event.project}/shifts", json=SHIFT_BODY)
    assert answer.status_code == 404
    assert scene.api(scene.other, "GET", f"/shifts/{event.shift}/sign-ups").status_code == 404
    assert scene.api(scene.organizer, "GET", f"/shifts/{event.shift}/sign-ups").json["items"] == []
    assert scene.api(None, "GET", f"/shifts/{event.shift}/sign-ups").status_code == 401


def test_a_reviewer_does_not_decide_own_work(scene: Scene) -> None:
    with scene.app.app_context():
        both = _also_organizer(scene.reviewer, scene.team)
        key = make.draft(both, scene.team)
        perform(both, projects.submit_project, project=key)
    answer = scene.api(both, "POST", f"/projects/{key}/approve")
    assert (answer.status_code, answer.json["code"]) == (403, "maker-is-checker")
    assert "Somebody else decides" in scene.pages(both).get(f"/office/projects/{key}", headers=ENGLISH).text


def _also_organizer(actor: Actor, organization: Key) -> Actor:
    """The same person with projects of an organisation to run besides."""
    assert actor.user is not None

    def grant(work: Work, *, user: Key) -> None:
        work.allow(Permission.ROLE_GRANT)
        add_grant(work, user=user, role=Role.ORGANIZER, organization=organization)

    perform(SYSTEM, grant, user=actor.user)
    return people.actor_of_user(actor.user)


# --- the API's manners ------------------------------------------------------------------------------


def test_a_repeated_request_key_makes_one_project(scene: Scene) -> None:
    headers = {"Idempotency-Key": "once"}
    first = scene.api(scene.organizer, "POST", "/projects", json=body(scene), headers=headers)
    again = scene.api(scene.organizer, "POST", "/projects", json=body(scene), headers=headers)
    assert first.json == again.json
    other = scene.api(scene.organizer, "POST", "/projects", json=body(scene, name="别的"), headers=headers)
    assert (other.status_code, other.json["code"]) == (422, "key-reused")
    with scene.app.app_context():
        assert session().query(Project).count() == 1


def test_a_repeated_sign_up_with_its_key_is_no_conflict(scene: Scene) -> None:
    event = scene.event()
    path = f"/shifts/{event.shift}/sign-ups"
    headers = {"Idempotency-Key": "once"}
    first = scene.api(scene.person, "POST", path, headers=headers)
    assert scene.api(scene.person, "POST", path, headers=headers).json == first.json
    plain = scene.api(scene.person, "POST", path)
    assert (plain.status_code, plain.json["code"]) == (409, "already-signed-up")
    with scene.app.app_context():
        assert session().query(SignUp).count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"risk": ""}, "risk", "wrong-length"),
        ({"safeguards": []}, "safeguards", "required"),
        ({"categories": ["nothing"]}, "categories", "not-a-choice"),
        ({"region_code": "511102001099"}, "region_code", "unknown-region"),
        ({"region_code": "5111"}, "region_code", "not-a-region-code"),
        ({"more": 1}, "more", "unknown-field"),
    ],
)
def test_problems_name_the_field(scene: Scene, changes: dict[str, Any], field: str, code: str) -> None:
    answer = scene.api(scene.organizer, "POST", "/projects", json=body(scene, **changes))
    assert answer.status_code == 422
    assert answer.json["errors"][field][0]["code"] == code


def test_scopes_of_the_list(scene: Scene) -> None:
    event, waiting = scene.event(), scene.submitted()

    def ids(actor: Actor | None, query: str = "") -> list[str]:
        return [row["id"] for row in scene.api(actor, "GET", f"/projects{query}").json["items"]]

    assert ids(None) == [str(event.project)]
    assert set(ids(scene.organizer, "?scope=organized")) == {str(event.project), str(waiting)}
    assert ids(scene.reviewer, "?scope=to_review") == [str(waiting)]
    assert ids(None, f"?region={people.SOUTH}") == []
    assert scene.api(None, "GET", "/projects?scope=organized").status_code == 401
    assert scene.api(None, "GET", "/projects?limit=201").status_code == 422
    assert [row["id"] for row in scene.api(None, "GET", "/shifts").json["items"]] == [str(event.shift)]
