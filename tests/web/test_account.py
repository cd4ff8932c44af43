"""What happens to a registration later, by page and by API: one body, two skins."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support import make_families as families
from tests.support import make_lives as lives
from tests.support import make_people as make
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.signed_in import bearer, browser
from timebank.attendance.queries import paper_code
from timebank.attendance.rules import Position
from timebank.attendance.usecases import close_gates
from timebank.hours.appeals import my_forgotten_visits
from timebank.hours.usecases import appeal
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.projects.rules import PrintedCode
from timebank.volunteers.models import CorrectionRequest, Proposal, RegionMove, Volunteer
from timebank.volunteers.rules import Application, GuardianSaid

ENGLISH = {"Accept-Language": "en"}
Skin = Callable[..., Any]


class Town:
    """Officers of two counties and somebody registered; asks the service as any of them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            make.region_tree()
            self.clerk = make.officer(Role.COMMUNITY_WORKER, make.NORTH, name="李工")
            self.second = make.officer(Role.COMMUNITY_WORKER, make.NORTH, name="王工")
            self.south = make.officer(Role.COMMUNITY_WORKER, make.SOUTH, name="南工")
            self.volunteer, self.person = lives.person(phone="12911112222")

    def page(self, actor: Actor, path: str, given: dict[str, Any] | None = None) -> Any:
        with self.app.app_context():
            client = browser(self.app, actor)
        return (
            client.get(path, headers=ENGLISH)
            if given is None
            else client.post(path, data=given, headers=ENGLISH)
        )

    def api(self, actor: Actor, path: str, given: dict[str, Any] | None = None, **headers: str) -> Any:
        with self.app.app_context():
            head = bearer(actor) | headers
        client = self.app.test_client()
        if given is None:
            return client.get(f"/api/v1{path}", headers=head)
        return client.post(f"/api/v1{path}", json=given, headers=head)

    def row(self, key: Key | None = None) -> Volunteer:
        with self.app.app_context():
            return lives.row(key or self.volunteer)

    def last(self, kind: type[Any]) -> Any:
        """The one that waits."""
        with self.app.app_context():
            return session().query(kind).filter_by(status="open").one()


@pytest.fixture
def town(app: Flask) -> Town:
    return Town(app)


SKINS = pytest.mark.parametrize("skin", ["page", "api"])


@SKINS
def test_a_move_in_either_skin(town: Town, skin: str) -> None:
    given = {"region_code": str(make.SOUTH_COMMUNITY), "reason": lives.WHY}
    if skin == "page":
        assert town.page(town.person, "/my/account/move", given).location == "/my/account"
        assert "You asked" in town.page(town.person, "/my/account").text
        key = town.last(RegionMove).key
        queue = town.page(town.south, "/office/moves").text
        assert "张小山" in queue
        assert town.page(town.south, f"/office/moves/{key}/accept", {}).location == "/office/moves"
    else:
        made = town.api(town.person, f"/volunteers/{town.volunteer}/moves", given)
        assert (made.status_code, made.json["status"]) == (201, "open")
        key = made.json["id"]
        (item,) = town.api(town.south, "/moves").json["items"]
        assert (item["id"], item["to_code"], item["may_decide"]) == (key, str(make.SOUTH_COMMUNITY), True)
        assert town.api(town.south, f"/moves/{key}/accept", {}).json["status"] == "accepted"
    assert town.row().region_code == make.SOUTH_COMMUNITY
    for path in (f"/office/volunteers/{town.volunteer}", f"/office/volunteers/{town.volunteer}/registration"):
        assert town.page(town.clerk, path).status_code == 404
        assert town.page(town.south, path).status_code == 200
    assert town.api(town.clerk, f"/volunteers/{town.volunteer}").status_code == 404


@SKINS
def test_a_refused_and_a_withdrawn_move(town: Town, skin: str) -> None:
    given = {"region_code": str(make.SOUTH_COMMUNITY), "reason": lives.WHY}
    for action, who, said in (("refuse", town.south, {"reason": "不在本社区"}), ("withdraw", town.clerk, {})):
        town.api(town.person, f"/volunteers/{town.volunteer}/moves", given)
        key = town.last(RegionMove).key
        if skin == "page":
            assert town.page(who, f"/office/moves/{key}/{action}", said).status_code == 302
        else:
            assert town.api(who, f"/moves/{key}/{action}", said).status_code == 200
    statuses = [
        each["status"] for each in town.api(town.person, f"/volunteers/{town.volunteer}/moves").json["items"]
    ]
    assert sorted(statuses) == ["refused", "withdrawn"]


def test_a_repeated_request_asks_once(town: Town) -> None:
    given = {"region_code": str(make.SOUTH_COMMUNITY), "reason": lives.WHY}
    path, key = f"/volunteers/{town.volunteer}/moves", {"Idempotency-Key": "once"}
    answers = [town.api(town.person, path, given, **key).json for _ in range(2)]
    assert answers[0] == answers[1]
    other = town.api(town.person, path, given)
    assert (other.status_code, other.json["code"]) == (409, "move-open")


def test_the_places_of_a_move_fill_without_script(town: Town) -> None:
    given = {"county": str(make.SOUTH), "show_places": "1"}
    page = town.page(town.person, "/my/account/move", given)
    assert page.status_code == 200
    assert "沫溪社区" in page.text
    wrong = town.page(town.person, "/my/account/move", {})
    assert (wrong.status_code, 'href="#f-reason"' in wrong.text) == (422, True)


@SKINS
def test_pause_and_resume(town: Town, skin: str) -> None:
    if skin == "page":
        assert town.page(town.person, "/my/account/pause", {"reason": "出差"}).status_code == 302
        assert "End the pause" in town.page(town.person, "/my/account").text
        assert town.row().status == "suspended"
        assert town.page(town.person, "/my/account/resume", {}).status_code == 302
    else:
        town.api(town.person, f"/volunteers/{town.volunteer}/suspend", {"reason": "出差"})
        assert town.row().status == "suspended"
        town.api(town.person, f"/volunteers/{town.volunteer}/reinstate", {})
    assert town.row().status == "registered"


@SKINS
def test_closing_and_keeping(town: Town, skin: str) -> None:
    wrong, right = {"password": "wrong"}, {"password": make.PASSWORD}
    if skin == "page":
        page = town.page(town.person, "/my/account/close", wrong)
        assert (page.status_code, "The password is wrong." in page.text) == (422, True)
        assert town.page(town.person, "/my/account/close", right).location == "/my/account"
        assert "28 November 2026" in town.page(town.person, "/my/account").text
        assert town.row().status == "closing"
        assert town.page(town.person, "/my/account/keep", {}).status_code == 302
    else:
        refused = town.api(town.person, f"/volunteers/{town.volunteer}/close", wrong)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["password"])
        assert town.api(town.person, f"/volunteers/{town.volunteer}/close", right).json["status"] == "closing"
        town.api(town.person, f"/volunteers/{town.volunteer}/keep", {})
    assert town.row().status == "registered"


def test_closing_by_a_code(town: Town, tmp_path: Path) -> None:
    page = town.page(town.person, "/my/account/close", {"send_code": "1"})
    assert (page.status_code, 'name="code"' in page.text) == (200, True)
    code = (tmp_path / "codes.txt").read_text().split()[-1]
    wrong = town.page(town.person, "/my/account/close", {"code": "x"})
    assert (wrong.status_code, 'name="code"' in wrong.text) == (422, True)
    assert town.page(town.person, "/my/account/close", {"code": code}).status_code == 302
    assert town.row().status == "closing"


def test_the_window_closes_and_keeps(town: Town) -> None:
    path = f"/office/volunteers/{town.volunteer}"
    without = town.page(town.clerk, f"{path}/close", {})
    assert (without.status_code, "signed application" in without.text) == (422, True)
    assert town.page(town.clerk, f"{path}/close", {"signed": "1"}).status_code == 302
    assert town.row().status == "closing"
    assert town.page(town.clerk, f"{path}/keep", {}).status_code == 302
    assert town.row().status == "registered"


@pytest.mark.parametrize("form", ["html", "json"])
def test_own_data_is_a_file(town: Town, form: str) -> None:
    given = {"format": form, "password": make.PASSWORD}
    assert town.page(town.person, "/my/data", given | {"password": "x"}).status_code == 422
    answer = town.page(town.person, "/my/data", given)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=timebank.{form}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "12911112222" in answer.text
    if form == "html":
        assert "<script" not in answer.text
        assert "Volunteer number" in answer.text
    else:
        api = town.api(town.person, f"/volunteers/{town.volunteer}/data", {"password": make.PASSWORD})
        assert set(api.json["tables"]) == set(json.loads(answer.text)["tables"])


def test_an_objection_and_a_place_stand_on_the_page_in_words(town: Town, clock: FakeClock) -> None:
    place = {"printed_code": PrintedCode.PLACE, "latitude": 29.5521, "longitude": 103.7661, "radius_m": 200}
    with town.app.app_context():
        event = projects.event(**place)
        actor = projects.signed_up(event.shift, town.volunteer)
        code = paper_code(event.organizer, event.shift).rpartition("/")[2]
        projects.scan(actor, event, code=code, position=Position(29.5525, 103.7662, 12))
        clock.advance(hours=8)
        make.perform(SYSTEM, close_gates, on=clock.now().date())
        (visit,) = my_forgotten_visits(actor)
        said = {"visit": visit.visit, "stayed_until": visit.ends_at, "note": "留下来收拾了桌椅"}
        make.perform(actor, appeal, **said)
    text = town.page(town.person, "/my/data", {"format": "html", "password": make.PASSWORD}).text
    for words in (
        "Objections to counted time",
        "留下来收拾了桌椅",
        "Waits for the organizer",
        "Where the phone was at a scan",
        "29.552500",
    ):
        assert words in text, words


def test_a_guardian_without_a_registration_gets_the_data_in_both_skins(town: Town, tmp_path: Path) -> None:
    with town.app.app_context():
        found = families.registered_family(born_on=families.TWELVE)
        guardian = found.guardian
    assert 'href="/my/data"' in town.page(guardian, "/my/wards").text
    assert 'href="/my/data"' in town.page(guardian, "/my/security").text
    assert "document number of a guardian" in town.page(guardian, "/my/data").text

    def code(send: dict[str, str]) -> str:
        assert 'name="code"' in town.page(guardian, "/my/data", send).text
        return (tmp_path / "codes.txt").read_text().split()[-1]

    assert town.page(guardian, "/my/data", {"code": "x"}).status_code == 422
    html = town.page(guardian, "/my/data", {"format": "html", "code": code({"send_code": "1"})})
    assert html.headers["Content-Disposition"] == "attachment; filename=timebank.html"
    for words in ("For whom I am named as guardian", found.guardian_document, "Own data handed out", "Roles"):
        assert words in html.text, words
    api = town.api(guardian, "/me/data", {"code": code({"send_code": "1"})})
    assert (api.status_code, api.json["user"], "volunteer" in api.json) == (200, str(guardian.user), False)
    file = town.page(guardian, "/my/data", {"format": "json", "code": code({"send_code": "1"})})
    assert set(api.json["tables"]) == set(json.loads(file.text)["tables"])
    assert town.api(guardian, "/me/data", {"password": "x"}).status_code == 422
    assert town.app.test_client().post("/api/v1/me/data", json={}).status_code == 401


def test_me_data_of_somebody_registered_are_those_of_the_registration(town: Town) -> None:
    mine = town.api(town.person, "/me/data", {"password": make.PASSWORD})
    assert (mine.status_code, mine.json["volunteer"]) == (200, str(town.volunteer))


def test_the_window_hands_data_out_for_a_purpose(town: Town) -> None:
    with town.app.app_context():
        given = make.application(phone=None, channel="window", identity_method="in_person")
        key = make.perform(town.second, make.volunteers.register, application=Application(**given))
    path = f"/office/volunteers/{key}/data"
    assert town.page(town.clerk, path, {"format": "json"}).status_code == 422
    answer = town.page(town.clerk, path, {"format": "json", "purpose": "本人到窗口申请"})
    assert str(key) in answer.text
    refused = town.api(town.clerk, f"/volunteers/{town.volunteer}/data", {"purpose": "本人到窗口申请"})
    assert (refused.status_code, refused.json["code"]) == (409, "has-account")


@SKINS
def test_a_correction_in_either_skin(town: Town, skin: str) -> None:
    given = {"field": "name", "wrong": "少一个字", "right": "张大山"}
    if skin == "page":
        assert town.page(town.person, "/my/corrections/new", given).location == "/my/corrections"
        key = town.last(CorrectionRequest).key
        assert "张大山" in town.page(town.clerk, f"/office/corrections/{key}").text
        assert town.page(town.clerk, f"/office/corrections/{key}/accept", {}).status_code == 302
        assert "Accepted" in town.page(town.person, "/my/corrections").text
    else:
        made = town.api(town.person, f"/volunteers/{town.volunteer}/corrections", given)
        key = made.json["id"]
        assert town.api(town.clerk, "/corrections").json["items"][0]["id"] == key
        assert town.api(town.clerk, f"/corrections/{key}/accept", {}).json["status"] == "accepted"
    assert town.row().name == "张大山"


def test_page_and_api_refuse_the_same_correction(town: Town) -> None:
    given = {"field": "sex", "wrong": "不对", "right": "1"}
    page = town.page(town.person, "/my/corrections/new", given)
    answer = town.api(town.person, f"/volunteers/{town.volunteer}/corrections", given)
    assert (page.status_code, answer.status_code) == (422, 422)
    assert answer.json["errors"]["field"][0]["message"] in page.text
    new = make.document_number()
    ask = {"field": "document", "wrong": "换证", "right": new}
    town.api(town.person, f"/volunteers/{town.volunteer}/corrections", ask)
    key = town.last(CorrectionRequest).key
    shown = town.page(town.clerk, f"/office/corrections/{key}")
    assert new not in shown.text
    assert new[-4:] in shown.text
    missing = town.page(town.clerk, f"/office/corrections/{key}/accept", {"method": "in_person"})
    assert (missing.status_code, 'id="number-error"' in missing.text) == (422, True)
    without_reply = town.page(town.clerk, f"/office/corrections/{key}/refuse", {})
    assert (without_reply.status_code, 'id="reply-error"' in without_reply.text) == (422, True)


@SKINS
def test_a_death_in_either_skin(town: Town, skin: str) -> None:
    if skin == "page":
        path = f"/office/volunteers/{town.volunteer}"
        assert town.page(town.clerk, f"{path}/death", {"note": "死亡证明"}).status_code == 302
        key = town.last(Proposal).key
        assert town.page(town.clerk, f"/office/proposals/{key}/confirm", {}).status_code == 403
        assert "死亡证明" in town.page(town.second, f"/office/proposals/{key}").text
        assert town.page(town.second, f"/office/proposals/{key}/confirm", {}).location == "/office/proposals"
        assert "frozen" in town.page(town.clerk, f"{path}/registration").text
    else:
        given = {"kind": "death", "note": "死亡证明"}
        key = town.api(town.clerk, f"/volunteers/{town.volunteer}/proposals", given).json["id"]
        assert town.api(town.clerk, f"/proposals/{key}/confirm", {}).json["code"] == "maker-is-checker"
        assert town.api(town.second, f"/proposals/{key}/confirm", {}).json["status"] == "accepted"
    assert town.row().status == "deceased"
    assert town.page(town.person, "/my/account").status_code == 302  # to the sign-in


@SKINS
def test_a_merge_in_either_skin(town: Town, skin: str) -> None:
    with town.app.app_context():
        other = make.volunteer()
    if skin == "page":
        number = town.row().volunteer_no
        path = f"/office/volunteers/{other}/other"
        assert town.page(town.clerk, path, {"number": "511102AAAAAAAAAA"}).status_code == 422
        found = town.page(town.clerk, path, {"number": number}).location
        assert found == f"/office/duplicates/{other}/{town.volunteer}"
        assert "Compare two registrations" in town.page(town.clerk, found).text
        assert town.page(town.clerk, found, {"note": "同一人"}).location == "/office/duplicates"
        key = town.last(Proposal).key
        assert town.page(town.second, f"/office/proposals/{key}/confirm", {}).status_code == 302
        assert "goes on" in town.page(town.clerk, f"/office/volunteers/{other}/registration").text
    else:
        ask = {"kind": "merge", "note": "同一人"}
        missing = town.api(town.clerk, f"/volunteers/{other}/proposals", ask)
        assert (missing.status_code, list(missing.json["errors"])) == (422, ["keep"])
        given = ask | {"keep": str(town.volunteer)}
        key = town.api(town.clerk, f"/volunteers/{other}/proposals", given).json["id"]
        query = f"/volunteers/comparison?fold={other}&keep={town.volunteer}"
        assert town.api(town.second, query).json["same"]["name"] is True
        assert town.api(town.second, f"/proposals/{key}/confirm", {}).json["status"] == "accepted"
        merged = town.api(town.clerk, f"/volunteers/{other}").json
        assert merged["merged_into"] == str(town.volunteer)
    assert town.row(other).status == "merged"


def test_possible_duplicates_are_listed(town: Town) -> None:
    with town.app.app_context():
        born = town.row().born_on
        other = make.volunteer(document_number=make.document_number(950, born))
    page = town.page(town.clerk, "/office/duplicates").text
    assert any(f"/office/duplicates/{a}/{b}" in page for a, b in permutations((other, town.volunteer)))
    (group,) = town.api(town.clerk, "/volunteers/duplicates").json["groups"]
    assert {each["id"] for each in group} == {str(other), str(town.volunteer)}
    assert town.api(town.south, "/volunteers/duplicates").json["groups"] == []


def test_a_guardian_acts_for_a_ward(town: Town) -> None:
    phone = "12933334444"
    with town.app.app_context():
        guardian = GuardianSaid("张大山", "father", phone, make.document_number(77, make.date(1985, 1, 1)))
        given = make.application(
            name="张小小",
            phone=None,
            document_number=make.document_number(501, make.date(2016, 1, 1)),
            channel="window",
            identity_method="in_person",
            guardian=guardian,
            guardian_signed=True,
        )
        ward = make.perform(town.clerk, make.volunteers.register, application=Application(**given))
        make.perform(make.SYSTEM, make.volunteers.approve, volunteer=ward)
        user = lives.user_of_phone(phone)
        actor = make.actor_of_user(user)
    page = town.page(actor, f"/my/account?ward={ward}")
    assert (page.status_code, "For 张小小" in page.text) == (200, True)
    assert town.page(actor, f"/my/account/pause?ward={ward}", {"reason": "准备考试"}).status_code == 302
    assert town.row(ward).status == "suspended"
    assert town.page(town.person, f"/my/account?ward={ward}").status_code == 404


OFFICE = ("/office/moves", "/office/corrections", "/office/proposals", "/office/duplicates")
OWN = (
    "/my/account",
    "/my/account/move",
    "/my/account/close",
    "/my/data",
    "/my/corrections",
    "/my/corrections/new",
)


def test_pages_open_for_whom_they_are(town: Town) -> None:
    anybody = town.app.test_client()
    for path in OFFICE:
        assert town.page(town.clerk, path).status_code == 200, path
        assert town.page(town.person, path).status_code == 403, path
        assert anybody.get(path).status_code == 302, path
    for path in OWN:
        assert town.page(town.person, path).status_code == 200, path
        assert town.page(town.clerk, path).status_code == (200 if path == "/my/data" else 404), path
        assert anybody.get(path).status_code == 302, path
    assert "/office/moves" in town.page(town.clerk, "/office").text
    assert "/my/account" in town.page(town.person, "/my").text
    assert "/registration" in town.page(town.clerk, f"/office/volunteers/{town.volunteer}").text


def test_strangers_find_nothing_in_either_skin(town: Town) -> None:
    for given, path in (
        ({"region_code": str(make.NORTH_SECOND), "reason": "搬家"}, "moves"),
        ({"field": "name", "wrong": "错", "right": "张大山"}, "corrections"),
        ({"kind": "death", "note": "死亡证明"}, "proposals"),
        ({"signed": True}, "close"),
        ({}, "keep"),
        ({"purpose": "好奇"}, "data"),
    ):
        assert town.api(town.south, f"/volunteers/{town.volunteer}/{path}", given).status_code == 404, path
        if path in ("moves", "corrections", "proposals"):
            assert town.api(town.south, f"/volunteers/{town.volunteer}/{path}").status_code == 404, path
    town.api(
        town.person,
        f"/volunteers/{town.volunteer}/moves",
        {"region_code": str(make.NORTH_SECOND), "reason": "搬家"},
    )
    move = town.last(RegionMove).key
    assert town.page(town.south, f"/office/moves/{move}").status_code == 404
    assert town.page(town.south, f"/office/moves/{move}/accept", {}).status_code == 404
    assert town.page(town.clerk, f"/office/moves/{move}/dance", {}).status_code == 404
    assert town.row().region_code == make.NORTH_COMMUNITY
