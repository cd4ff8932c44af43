"""Skills with proof, training and awards: by page and by API."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as make
from tests.support.signed_in import bearer, browser
from timebank.kernel.policy import Actor, Role
from timebank.volunteers.queries import standing

PNG = b"\x89PNG\r\n\x1a\n picture"
PROOF = {"skill": "first_aid", "title": "救护员证", "issuer": "区红十字会", "number": "51A-0007"}
AWARD = {"title": "优秀志愿者", "issuer": "区文明办", "level": "county", "held_on": "2026-03-05"}
TRAINING = {"title": "助老培训", "issuer": "社区", "held_on": "2026-10-01", "content": "与老人沟通"}


@dataclass
class Town:
    """Everybody by page and by API, and one volunteer."""

    volunteer: str
    number: str
    team: str
    pages: dict[str, FlaskClient] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture
def town(app: Flask) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        volunteer, team = make.volunteer(name="陈大海"), make.organization()
        known = standing(volunteer)
        assert known
        people: dict[str, Actor] = {
            "clerk": make.officer(Role.COMMUNITY_WORKER, make.NORTH_TOWN),
            "second": make.officer(Role.COMMUNITY_WORKER, make.NORTH),
            "stranger": make.officer(Role.COMMUNITY_WORKER, make.SOUTH),
            "auditor": make.officer(Role.AUDITOR, make.CITY),
            "organizer": make.organizer(team),
            "recorder": make.recorder(team),
            "person": make.actor_of_volunteer(volunteer),
            "other": make.actor_of_volunteer(make.volunteer()),
        }
        found = Town(str(volunteer), known.volunteer_no, str(team))
        for name, actor in people.items():
            found.pages[name] = browser(app, actor)
            found.headers[name] = bearer(actor)
    return found


@pytest.fixture
def call(client: FlaskClient, town: Town) -> Callable[..., Any]:
    def ask(who: str, method: str, path: str, **json: Any) -> Any:
        given = {"json": json} if json else {}
        return client.open(f"/api/v1{path}", method=method, headers=town.headers[who], **given)

    return ask


def upload(page: FlaskClient, path: str, **given: Any) -> Any:
    return page.post(
        path, data={**given, "file": (io.BytesIO(PNG), "证书.png")}, content_type="multipart/form-data"
    )


def test_page_and_api_send_in_the_same_proof(town: Town, call: Callable[..., Any]) -> None:
    page = town.pages["person"]
    assert page.get("/my/qualifications/skill").status_code == 200
    assert upload(page, "/my/qualifications/skill", **PROOF).location == "/my/qualifications"
    sent = call(
        "person",
        "POST",
        f"/volunteers/{town.volunteer}/skills",
        file=base64.b64encode(PNG).decode(),
        **PROOF,
    )
    assert sent.status_code == 201
    listed = call("person", "GET", f"/volunteers/{town.volunteer}/skills").json["items"]
    assert [(each["title"], each["number"], each["has_file"], each["status"]) for each in listed] == [
        ("救护员证", "51A-0007", True, "waiting")
    ] * 2
    first, second = (each["id"] for each in listed)
    assert "救护员证" in town.pages["clerk"].get("/office/qualifications").text
    accepted = town.pages["clerk"].post(f"/office/qualifications/{first}/accept")
    assert accepted.location == f"/office/qualifications/{first}"
    assert call("clerk", "POST", f"/qualifications/{second}/accept").json["status"] == "accepted"
    assert "救护员证" in town.pages["clerk"].get(f"/office/volunteers/{town.volunteer}/qualifications").text
    opened = call("clerk", "POST", f"/qualifications/{first}/open-file").json
    assert (opened["media_type"], base64.b64decode(opened["content"])) == ("image/png", PNG)
    page.post(f"/my/qualifications/{first}/withdraw")
    assert call("person", "POST", f"/qualifications/{second}/withdraw").json["has_file"] is False
    assert town.pages["clerk"].get(f"/qualifications/{first}/file").status_code == 404


def test_a_file_is_saved_and_never_shown(town: Town, call: Callable[..., Any]) -> None:
    upload(town.pages["person"], "/my/qualifications/skill", **PROOF)
    (card,) = call("person", "GET", f"/volunteers/{town.volunteer}/skills").json["items"]
    path = f"/qualifications/{card['id']}/file"
    answer = town.pages["person"].get(path)
    assert (answer.get_data(), answer.headers["Content-Type"]) == (PNG, "image/png")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    statuses = {
        who: town.pages[who].get(path).status_code for who in ("clerk", "stranger", "auditor", "other")
    }
    assert statuses == {"clerk": 200, "stranger": 404, "auditor": 403, "other": 403}


def test_wrong_input_stands_beside_its_field(town: Town, call: Callable[..., Any]) -> None:
    page = town.pages["person"]
    wrong = page.post(
        "/my/qualifications/skill",
        data={**PROOF, "file": (io.BytesIO(b"<script>"), "证书.png")},
        content_type="multipart/form-data",
    )
    assert (wrong.status_code, 'id="file-error"' in wrong.text) == (422, True)
    late = page.post("/my/qualifications/award", data={**AWARD, "held_on": "2027-01-01"})
    assert (late.status_code, 'id="held_on-error"' in late.text) == (422, True)
    for changes, wrong_field in (({"file": "not base64!"}, "file"), ({"skill": "flying"}, "skill")):
        answer = call("person", "POST", f"/volunteers/{town.volunteer}/skills", **(PROOF | changes))
        assert (answer.status_code, set(answer.json["errors"])) == (422, {wrong_field})


def test_an_award_by_an_officer_is_verified_by_another(town: Town, call: Callable[..., Any]) -> None:
    place = f"/office/volunteers/{town.volunteer}/qualifications"
    assert town.pages["clerk"].get(f"{place}/award").status_code == 200
    town.pages["clerk"].post(f"{place}/award", data=AWARD)
    call("clerk", "POST", f"/volunteers/{town.volunteer}/awards", **(AWARD | {"title": "先进个人"}))
    items = call("second", "GET", "/qualifications/waiting?kind=award").json["items"]
    assert {each["title"] for each in items} == {"优秀志愿者", "先进个人"}
    first, second = (each["id"] for each in items)
    assert call("clerk", "POST", f"/qualifications/{first}/accept").json["code"] == "maker-is-checker"
    town.pages["second"].post("/office/qualifications", data={"qualifications": [first]})
    refused = call("second", "POST", f"/qualifications/{second}/refuse", reason="没有表彰文件")
    assert (refused.json["status"], refused.json["reason"]) == ("refused", "没有表彰文件")
    awards = call("person", "GET", f"/volunteers/{town.volunteer}/awards").json["items"]
    assert {each["status"] for each in awards} == {"accepted", "refused"}
    assert "没有表彰文件" in town.pages["person"].get("/my/qualifications").text


def test_training_of_a_team_by_page_and_by_api(town: Town, call: Callable[..., Any]) -> None:
    page = town.pages["organizer"]
    assert "/office/trainings/new" in page.get("/organize").text
    given = {**TRAINING, "hours": "1.5", "organization": town.team}
    done = page.post("/office/trainings/new", data={**given, "numbers": f"{town.number}\n511102AAAAAAAAAA"})
    assert done.status_code == 200
    by_api = call(
        "organizer",
        "POST",
        "/trainings",
        numbers=[town.number],
        organization=town.team,
        minutes=60,
        **(TRAINING | {"title": "急救培训"}),
    )
    assert [line["outcome"] for line in by_api.json["items"]] == ["recorded"]
    trainings = call("person", "GET", f"/volunteers/{town.volunteer}/trainings").json["items"]
    assert {(each["title"], each["minutes"], each["status"]) for each in trainings} == {
        ("助老培训", 90, "waiting"),
        ("急救培训", 60, "waiting"),
    }
    ticked = {"qualifications": [each["id"] for each in trainings]}
    town.pages["organizer"].post("/office/qualifications", data=ticked)
    town.pages["recorder"].post("/office/qualifications", data=ticked)
    trainings = call("person", "GET", f"/volunteers/{town.volunteer}/trainings").json["items"]
    assert [each["status"] for each in trainings] == ["accepted"] * 2
    single = call(
        "clerk",
        "POST",
        f"/volunteers/{town.volunteer}/trainings",
        minutes=30,
        **(TRAINING | {"title": "消防培训"}),
    )
    assert call("clerk", "GET", f"/qualifications/{single.json['id']}").json["status"] == "accepted"
    short = page.post("/office/trainings/new", data={**given, "hours": "0", "numbers": town.number})
    assert (short.status_code, 'id="hours-error"' in short.text) == (422, True)


def test_who_opens_what(town: Town, client: FlaskClient) -> None:
    paths = ("/my/qualifications", "/office/qualifications", "/office/trainings/new")
    seen = {
        who: [town.pages[who].get(path).status_code for path in paths]
        for who in ("clerk", "person", "auditor")
    }
    assert seen == {"clerk": [302, 200, 200], "person": [200, 403, 403], "auditor": [302, 403, 403]}
    assert [client.get(path).status_code for path in paths] == [302, 302, 302]
    tab = f"/office/volunteers/{town.volunteer}/qualifications"
    tabs = {who: town.pages[who].get(tab).status_code for who in ("clerk", "auditor", "stranger", "other")}
    assert tabs == {"clerk": 200, "auditor": 200, "stranger": 404, "other": 403}
    assert town.pages["auditor"].get(f"{tab}/award").status_code == 403
    assert "/my/qualifications" in town.pages["person"].get("/my").text
    assert "/office/qualifications" in town.pages["clerk"].get("/office").text


def test_strangers_change_nothing(town: Town, client: FlaskClient, call: Callable[..., Any]) -> None:
    key = call("person", "POST", f"/volunteers/{town.volunteer}/awards", **AWARD).json["id"]
    for method, path, given in (
        ("GET", f"/volunteers/{town.volunteer}/skills", {}),
        ("POST", f"/volunteers/{town.volunteer}/awards", AWARD),
        ("POST", f"/qualifications/{key}/accept", {}),
        ("POST", f"/qualifications/{key}/refuse", {"reason": "不清楚"}),
        ("GET", f"/qualifications/{key}", {}),
    ):
        assert call("stranger", method, path, **given).status_code == 404, path
        assert call("other", method, path, **given).status_code == 403, path
        assert client.open(f"/api/v1{path}", method=method, json=given or None).status_code == 401, path
    assert call("stranger", "GET", "/qualifications/waiting").json["items"] == []
    assert call("other", "POST", f"/qualifications/{key}/withdraw").status_code == 404
    assert call("person", "GET", f"/qualifications/{key}").json["status"] == "waiting"
