"""Teams by page and by API: one body, two skins."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support import make_teams as make
from tests.support.signed_in import bearer, browser
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.memberships import queries, usecases
from timebank.memberships.rules import Status
from timebank.organizations import queries as organizations
from timebank.organizations.usecases import ask_parent, submit_organization

ENGLISH = {"Accept-Language": "en"}
API = "/api/v1"
ADDRESS = re.compile(r"\d{6}-[0-9a-f-]{36}")


class Scene:
    """The people of these tests, and how each of them reaches the service."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            people.region_tree()
            self.founder = make.person(name="周小川")
            self.team, self.administrator = make.founded(self.founder)
            self.person = make.person(name="陈大海")
            self.reviewer = make.reviewer()
            self.south = make.reviewer(people.SOUTH)
            self.other, self.stranger = make.founded()

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

    def statuses(self, team: Key) -> dict[str, str]:
        """The names of everybody who had to do with a team, with their states."""
        with self.app.app_context():
            found = [queries.members(SYSTEM, team, status=status).items for status in Status]
            return {row.name: row.status.value for rows in found for row in rows}

    def standing(self, team: Key) -> str:
        """The state of the team."""
        with self.app.app_context():
            card = organizations.organization(team)
            assert card is not None
            return card.status


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(app)


def as_form(**changes: Any) -> dict[str, Any]:
    given = {**make.facts(), **changes}
    given["region_code"] = f"{given['region_code']:012d}"
    return {name: value for name, value in given.items() if value is not None}


# --- founding and deciding --------------------------------------------------------------------------


def test_page_and_api_found_the_same_team(scene: Scene) -> None:
    page = scene.pages(scene.person)
    assert page.get("/my/teams/new").status_code == 200
    answer = page.post("/my/teams/new", data=as_form(name="页面志愿队") | {"hand_in": "true"})
    assert answer.status_code == 302, answer.text
    by_page = Key.parse(ADDRESS.findall(answer.location)[0])
    body = as_form(name="接口志愿队")
    made = scene.api(scene.person, "POST", "/organizations", json=body, headers={"Idempotency-Key": "1"})
    again = scene.api(scene.person, "POST", "/organizations", json=body, headers={"Idempotency-Key": "1"})
    assert (made.status_code, again.json) == (201, made.json)
    by_api = Key.parse(made.json["id"])
    assert scene.standing(by_api) == "draft"
    scene.person = _again(scene, scene.person)
    assert scene.api(scene.person, "POST", f"/organizations/{by_api}/submit").json["status"] == "submitted"
    for key in (by_page, by_api):
        assert scene.standing(key) == "submitted"
        assert scene.statuses(key) == {"陈大海": "active"}
        card = scene.api(scene.person, "GET", f"/organizations/{key}").json
        assert (card["supervisor"], card["actions"]) == ("泊水街道办事处", ["withdraw"])
    reviews = scene.pages(scene.reviewer).get("/office/organizations/reviews").text
    assert all(name in reviews for name in ("页面志愿队", "接口志愿队"))
    waiting = scene.api(scene.reviewer, "GET", "/organizations?scope=to_review").json["items"]
    assert {row["id"] for row in waiting} == {str(by_page), str(by_api)}


def _again(scene: Scene, actor: Actor) -> Actor:
    with scene.app.app_context():
        return make.again(actor)


def test_a_wrong_application_is_shown_again_with_what_is_wrong(scene: Scene) -> None:
    given = as_form(filing_no="") | {"introduction": "x" * 501}
    page = scene.pages(scene.person).post("/my/teams/new", data=given)
    assert page.status_code == 422
    assert 'href="#f-introduction"' in page.text
    given["introduction"] = "短"
    page = scene.pages(scene.person).post("/my/teams/new", data=given)
    answer = scene.api(scene.person, "POST", "/organizations", json={**given, "filing_no": None})
    assert (page.status_code, 'href="#f-filing_no"' in page.text) == (422, True)
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"filing_no"})


@pytest.mark.parametrize("skin", ["page", "api"])
def test_deciding_in_both_skins(scene: Scene, skin: str) -> None:
    with scene.app.app_context():
        key, administrator = make.draft(make.person())
        perform(administrator, submit_organization, organization=key)

    def decide(action: str, **given: str) -> int:
        if skin == "page":
            path = f"/office/organizations/{key}/decide/{action}"
            return scene.pages(scene.reviewer).post(path, data=given).status_code
        answer = scene.api(scene.reviewer, "POST", f"/organizations/{key}/{action}", json=given or None)
        return int(answer.status_code)

    fine = 302 if skin == "page" else 200
    assert decide("return") == 422
    assert decide("return", reason="备案号有误") == fine
    assert "备案号有误" in scene.pages(administrator).get(f"/organize/teams/{key}").text
    assert scene.api(administrator, "POST", f"/organizations/{key}/submit").status_code == 200
    for action, given, state in (
        ("approve", {}, "active"),
        ("suspend", {"reason": "核实中"}, "suspended"),
        ("reinstate", {}, "active"),
        ("close", {"reason": "队伍解散"}, "closed"),
    ):
        assert decide(action, **given) == fine
        assert scene.standing(key) == state
    history = scene.api(scene.reviewer, "GET", f"/organizations/{key}/history").json["items"]
    assert [line["status"] for line in history[-4:]] == ["active", "suspended", "active", "closed"]
    assert "队伍解散" in scene.pages(scene.reviewer).get(f"/office/organizations/{key}").text


def test_withdrawing_is_asked_on_a_page_of_its_own(scene: Scene) -> None:
    with scene.app.app_context():
        key, founder = make.draft(scene.person)
    page = scene.pages(founder)
    assert page.get(f"/organize/teams/{key}/withdraw").status_code == 200
    assert page.post(f"/organize/teams/{key}/step/withdraw").status_code == 302
    assert scene.standing(key) == "closed"
    assert page.get(f"/organize/teams/{key}/withdraw").status_code == 404
    assert scene.pages(scene.administrator).get(f"/organize/teams/{scene.team}/withdraw").status_code == 404
    assert page.post(f"/organize/teams/{key}/step/explode").status_code == 404


def test_closing_shows_what_is_open(scene: Scene) -> None:
    with scene.app.app_context():
        projects.draft(scene.administrator, scene.team, name="尚未结束的项目")
    page = scene.pages(scene.reviewer).get(f"/office/organizations/{scene.team}/close")
    assert "尚未结束的项目" in page.text
    assert scene.pages(scene.south).get(f"/office/organizations/{scene.team}/close").status_code == 404
    assert (
        scene.pages(scene.administrator).get(f"/office/organizations/{scene.team}/close").status_code == 403
    )


def test_officers_and_administrators_edit(scene: Scene) -> None:
    key = scene.team
    page = scene.pages(scene.administrator)
    form = page.get(f"/organize/teams/{key}/edit").text
    assert 'name="introduction"' in form
    assert 'name="filing_no"' not in form
    given = {"head_name": "周小川", "categories": ["environment"], "introduction": "清洁河道。"}
    assert page.post(f"/organize/teams/{key}/edit", data=given).status_code == 302
    assert "清洁河道。" in scene.pages(None).get(f"/teams/{key}").text
    refused = scene.api(scene.administrator, "PATCH", f"/organizations/{key}", json={"name": "更大的名字"})
    assert (refused.status_code, refused.json["code"]) == (409, "officer-changes-this")
    changed = scene.api(scene.reviewer, "PATCH", f"/organizations/{key}", json={"name": "更大的名字"})
    assert changed.json["name"] == "更大的名字"
    office = scene.pages(scene.reviewer)
    assert office.get(f"/office/organizations/{key}/edit").status_code == 200
    before = changed.json["head_phone"]
    assert office.post(f"/office/organizations/{key}/edit", data=as_form(head_phone=None)).status_code == 302
    after = scene.api(scene.reviewer, "GET", f"/organizations/{key}").json
    assert (after["head_phone"], after["name"] != "更大的名字") == (before, True)


# --- the public pages -------------------------------------------------------------------------------


def test_everybody_finds_active_teams_only(scene: Scene) -> None:
    with scene.app.app_context():
        hidden, _founder = make.draft(make.person(), name="看不见的队伍")
        south = people.organization("沙湾志愿服务队", people.SOUTH)
    visitor = scene.pages(None)
    listed = visitor.get("/teams").text
    assert str(scene.team) in listed
    assert "看不见的队伍" not in listed
    assert "沙湾志愿服务队" in visitor.get(f"/teams?region={people.SOUTH:012d}").text
    assert str(scene.team) not in visitor.get(f"/teams?region={people.SOUTH:012d}").text
    assert "沙湾志愿服务队" not in visitor.get("/teams?text=泊水").text
    for key, status in ((scene.team, 200), (south, 200), (hidden, 404)):
        assert visitor.get(f"/teams/{key}").status_code == status
    public = scene.api(None, "GET", "/organizations?scope=public&text=沙湾").json["items"]
    assert [row["id"] for row in public] == [str(south)]
    assert scene.api(None, "GET", "/organizations").status_code == 401


def test_the_public_page_tells_members_projects_and_the_tree(scene: Scene) -> None:
    with scene.app.app_context():
        make.member(scene.team, scene.administrator)
        projects.event(organization=scene.team, organizer=scene.administrator, project={"name": "河道清洁"})
        perform(SYSTEM, ask_parent, organization=scene.other, parent=scene.team)
    page = scene.pages(None).get(f"/teams/{scene.team}").text
    assert "河道清洁" in page
    assert str(scene.other) in page
    assert ">2<" in page
    assert "周小川" not in page
    assert str(scene.team) in scene.pages(None).get(f"/teams/{scene.other}").text


# --- members ----------------------------------------------------------------------------------------


def test_asking_and_deciding_by_page(scene: Scene) -> None:
    own, desk = scene.pages(scene.person), scene.pages(scene.administrator)
    assert own.post(f"/teams/{scene.team}/ask").status_code == 302
    assert own.post(f"/teams/{scene.team}/ask").status_code == 409
    waiting = desk.get(f"/organize/teams/{scene.team}/members?status=requested").text
    assert "陈大海" in waiting
    membership = re.search(rf"/organize/teams/{scene.team}/members/({ADDRESS.pattern})", waiting)
    assert membership
    base = f"/organize/teams/{scene.team}/members/{membership[1]}"
    assert desk.get(base).status_code == 200
    assert desk.post(f"{base}/refuse").status_code == 422
    assert desk.post(f"{base}/approve").status_code == 302
    assert scene.statuses(scene.team) == {"周小川": "active", "陈大海": "active"}
    assert desk.post(f"{base}/appoint", data={"role": "recorder"}).status_code == 302
    assert desk.post(f"{base}/remove", data={"reason": "多次无故缺席"}).status_code == 302
    assert "多次无故缺席" in own.get("/my/teams").text
    assert desk.get(f"/organize/teams/{scene.other}/members/{membership[1]}").status_code == 404


def test_asking_and_deciding_by_api(scene: Scene) -> None:
    path = f"/organizations/{scene.team}/members"
    made = scene.api(scene.person, "POST", path)
    assert made.status_code == 201
    assert scene.api(scene.person, "POST", path).json["code"] == "already-requested"
    waiting = scene.api(scene.administrator, "GET", f"{path}?status=requested").json["items"]
    assert [(row["id"], row["name"]) for row in waiting] == [(made.json["id"], "陈大海")]
    base = f"/memberships/{made.json['id']}"
    assert scene.api(scene.administrator, "POST", f"{base}/approve").status_code == 204
    assert (
        scene.api(scene.administrator, "POST", f"{base}/appoint", json={"role": "recorder"}).status_code
        == 204
    )
    mine = scene.api(scene.person, "GET", "/me/memberships").json
    assert [(row["id"], row["status"]) for row in mine["items"]] == [(made.json["id"], "active")]
    assert scene.api(scene.person, "POST", f"{base}/leave").json == {"roles_ended": True}
    assert scene.statuses(scene.team) == {"周小川": "active", "陈大海": "left"}
    assert (
        scene.api(scene.administrator, "POST", f"{base}/remove", json={"reason": "无关"}).status_code == 409
    )


def test_an_invitation_in_both_skins(scene: Scene) -> None:
    with scene.app.app_context():
        phones = [people.phone() for _ in range(3)]
        invited = [people.actor_of_volunteer(people.volunteer(phone=phone)) for phone in phones[:2]]
    desk = scene.pages(scene.administrator)
    path = f"/organize/teams/{scene.team}/invitations"
    for phone in (phones[0], phones[2]):
        answer = desk.post(path, data={"to": phone}, follow_redirects=True)
        assert answer.status_code == 200
        assert phone not in answer.text
        assert f"{phone[:3]}****{phone[-4:]}" in answer.text
    made = scene.api(
        scene.administrator, "POST", f"/organizations/{scene.team}/invitations", json={"to": phones[1]}
    )
    assert made.status_code == 201
    own = scene.pages(invited[0])
    found = re.search(rf"/my/teams/invitations/({ADDRESS.pattern})/accept", own.get("/my/teams").text)
    assert found
    assert own.post(found[0]).status_code == 302
    mine = scene.api(invited[1], "GET", "/me/memberships").json
    assert [row["id"] for row in mine["invitations"]] == [made.json["id"]]
    assert scene.api(invited[1], "POST", f"/invitations/{made.json['id']}/accept").status_code == 201
    assert len(scene.statuses(scene.team)) == 2
    with scene.app.app_context():
        assert queries.count_members(scene.team) == 3
    listed = scene.api(scene.administrator, "GET", f"/organizations/{scene.team}/invitations").json["items"]
    assert sorted(row["status"] for row in listed) == ["accepted", "accepted", "open"]
    assert not any(phone in str(listed) for phone in phones)
    wrong = desk.post(path, data={"to": "张小山"})
    assert (wrong.status_code, 'id="to-error"' in wrong.text) == (422, True)


def test_a_join_code_in_both_skins(scene: Scene) -> None:
    desk = scene.pages(scene.administrator)
    path = f"/organize/teams/{scene.team}/join-code"
    assert desk.post(path, data={"days": "400", "uses": "1"}).status_code == 422
    assert desk.post(path, data={"days": "3", "uses": "2"}).status_code == 302
    code = scene.api(scene.administrator, "GET", f"/organizations/{scene.team}/join-code").json
    assert code["code"] in desk.get(path).text
    assert code["url"].endswith(f"/join/{code['code']}")
    visitor = scene.pages(None)
    assert "/sign-in" in visitor.get(f"/join/{code['code']}").text
    assert visitor.post(f"/join/{code['code']}").status_code == 302
    own = scene.pages(scene.person)
    assert own.get(f"/join?code={code['code']}").location == f"/join/{code['code']}"
    assert own.post(f"/join/{code['code']}").location == "/my/teams"
    with scene.app.app_context():
        another = make.person()
    assert (
        scene.api(another, "POST", "/me/memberships", json={"code": code["code"].lower()}).status_code == 201
    )
    assert visitor.get(f"/join/{code['code']}").status_code == 410
    assert visitor.get("/join/ABCDEFGHJK").status_code == 404
    fresh = scene.api(scene.administrator, "POST", f"/organizations/{scene.team}/join-code", json={})
    assert (fresh.status_code, fresh.json["uses"], fresh.json["used"]) == (201, 50, 0)
    assert (
        scene.api(scene.administrator, "DELETE", f"/organizations/{scene.team}/join-code").status_code == 204
    )
    assert scene.api(scene.administrator, "GET", f"/organizations/{scene.team}/join-code").status_code == 404
    assert desk.post(f"{path}/revoke").status_code == 302


def test_parents_in_both_skins(scene: Scene) -> None:
    desk, above = scene.pages(scene.administrator), scene.pages(scene.stranger)
    found = desk.get(f"/organize/teams/{scene.team}/parent?text=泊水").text
    assert str(scene.other) in found
    assert (
        desk.post(f"/organize/teams/{scene.team}/parent", data={"parent": str(scene.other)}).status_code
        == 302
    )
    overview = above.get(f"/organize/teams/{scene.other}").text
    assert f"/organize/teams/{scene.other}/children/{scene.team}/accept" in overview
    assert above.post(f"/organize/teams/{scene.other}/children/{scene.team}/accept").status_code == 302
    below = scene.api(scene.stranger, "GET", f"/organizations/{scene.other}/children").json["items"]
    assert [row["id"] for row in below] == [str(scene.team)]
    assert above.get(f"/organize/teams/{scene.team}").status_code == 200
    assert above.get(f"/organize/teams/{scene.team}/members").status_code == 404
    ring = scene.api(
        scene.stranger, "POST", f"/organizations/{scene.other}/parent", json={"parent": str(scene.team)}
    )
    assert (ring.status_code, ring.json["code"]) == (409, "parent-ring")
    page = above.post(f"/organize/teams/{scene.other}/parent", data={"parent": str(scene.team)})
    assert page.status_code == 422
    assert scene.api(scene.administrator, "DELETE", f"/organizations/{scene.team}/parent").status_code == 204
    office = scene.pages(scene.reviewer)
    assert office.get(f"/office/organizations/{scene.team}/parent?text=泊水").status_code == 200
    answer = office.post(f"/office/organizations/{scene.team}/parent", data={"parent": str(scene.other)})
    assert answer.status_code == 302
    assert office.post(f"/office/organizations/{scene.team}/parent/leave").status_code == 302


def test_roles_are_taken_back_in_both_skins(scene: Scene) -> None:
    with scene.app.app_context():
        key, somebody = make.member(scene.team, scene.administrator, scene.person)
        perform(scene.administrator, usecases.appoint_member, membership=key, role=Role.ORGANIZER)
    holders = scene.api(scene.reviewer, "GET", f"/organizations/{scene.team}/roles").json["items"]
    assert {row["name"] for row in holders} == {"周小川", "陈大海"}
    given = {"user": str(somebody.user), "role": "organizer"}
    assert (
        scene.api(
            scene.stranger, "POST", f"/organizations/{scene.team}/roles/withdraw", json=given
        ).status_code
        == 404
    )
    desk = scene.pages(scene.administrator)
    assert desk.post(f"/organize/teams/{scene.team}/roles/withdraw", data=given).status_code == 302
    last = {"user": str(scene.administrator.user), "role": "organizer"}
    refused = scene.api(scene.reviewer, "POST", f"/organizations/{scene.team}/roles/withdraw", json=last)
    assert (refused.status_code, refused.json["code"]) == (409, "last-administrator")
    page = desk.post(f"/organize/teams/{scene.team}/roles/withdraw", data=last)
    assert (page.status_code, "error-summary" in page.text) == (422, True)


# --- who sees what ----------------------------------------------------------------------------------

MANAGED = ("", "/edit", "/members", "/invitations", "/join-code", "/parent")


@pytest.mark.parametrize("page", MANAGED)
def test_only_administrators_open_their_teams_pages(scene: Scene, page: str) -> None:
    path = f"/organize/teams/{scene.team}{page}"
    expected = [(scene.administrator, 200), (scene.stranger, 404), (scene.person, 403), (None, 302)]
    expected.append((scene.reviewer, 200 if page == "" else 403))
    expected.append((scene.south, 404 if page == "" else 403))
    for actor, status in expected:
        assert scene.pages(actor).get(path).status_code == status, actor


def test_pages_of_ones_own_ask_to_sign_in(scene: Scene) -> None:
    for path in ("/my/teams", "/my/teams/new"):
        assert scene.pages(None).get(path).status_code == 302
        assert scene.pages(scene.person).get(path).status_code == 200
        assert scene.pages(scene.reviewer).get(path).status_code == 200
    assert scene.api(None, "GET", "/me/memberships").status_code == 401


def test_the_office_lists_by_state_and_kind(scene: Scene) -> None:
    office = scene.pages(scene.reviewer)
    assert str(scene.team) in office.get("/office/organizations?status=active&kind=team").text
    assert str(scene.team) not in office.get("/office/organizations?status=closed").text
    assert str(scene.team) not in office.get("/office/organizations?kind=committee").text
    assert office.get("/office/organizations?status=nonsense").status_code == 200
    assert str(scene.team) not in scene.pages(scene.south).get("/office/organizations").text
    assert "/office/organizations/reviews" in office.get("/office").text
