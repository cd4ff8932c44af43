"""Party organisations, membership, reports and participation: by page and by API."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_party as party
from tests.support import make_people as make
from tests.support.signed_in import bearer, browser
from timebank.kernel.policy import Actor, Role
from timebank.party.rules import Belongs
from timebank.volunteers.queries import standing

WHO = ("secretary", "clerk", "second", "stranger", "auditor", "member", "claimant", "other")


@dataclass
class Town:
    """Addresses of what there is, and everybody by page and by API."""

    branch: str
    unit: str
    claimant: str
    member: str
    number: str
    pages: dict[str, FlaskClient] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)


@pytest.fixture
def town(app: Flask) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        branch = party.organization(name="高墩子社区党支部")
        unit = party.organization(make.NORTH, belongs=Belongs.UNIT, name="区图书馆党支部")
        claimant, member = party.claimant(name="陈大海"), party.in_service(unit, name="张小三")
        known = standing(claimant)
        assert known
        people: dict[str, Actor] = {
            "secretary": party.administrator(),
            "clerk": make.officer(Role.COMMUNITY_WORKER, make.NORTH_COMMUNITY),
            "second": make.officer(Role.COMMUNITY_WORKER, make.NORTH_TOWN),
            "stranger": party.administrator(make.SOUTH),
            "auditor": make.officer(Role.AUDITOR, make.CITY),
            "member": make.actor_of_volunteer(member),
            "claimant": make.actor_of_volunteer(claimant),
            "other": make.actor_of_volunteer(make.volunteer()),
        }
        found = Town(str(branch), str(unit), str(claimant), str(member), known.volunteer_no)
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


def test_page_and_api_record_the_same_organisation(town: Town, call: Callable[..., Any]) -> None:
    page, given = town.pages["secretary"], {"kind": "branch", "belongs": "community"}
    place = {"region_code": str(make.NORTH_SECOND)}
    committee = call(
        "secretary",
        "POST",
        "/party/organizations",
        name="泊水街道党工委",
        kind="committee",
        belongs="community",
        region_code=str(make.NORTH_TOWN),
    ).json["id"]
    assert page.get("/office/party/organizations/new").status_code == 200
    made = page.post(
        "/office/party/organizations/new",
        data={"name": "第一支部", "parent": committee, **given, **place},
    )
    by_page = made.location.rsplit("/", 1)[1]
    by_api = call(
        "secretary", "POST", "/party/organizations", name="第二支部", parent=committee, **given, **place
    ).json["id"]
    for key in (by_page, by_api):
        card = call("secretary", "GET", f"/party/organizations/{key}").json
        assert (card["parent"], card["kind"], [each["name"] for each in card["above"]]) == (
            committee,
            "branch",
            ["泊水街道党工委"],
        )
        assert "泊水街道党工委" in page.get(f"/office/party/organizations/{key}").text
    page.post(f"/office/party/organizations/{by_page}", data={"name": "第三支部"})
    call("secretary", "PATCH", f"/party/organizations/{by_api}", name="第四支部")
    listed = call("secretary", "GET", "/party/organizations").json["items"]
    assert {"第三支部", "第四支部"} <= {each["name"] for each in listed}
    page.post(f"/office/party/organizations/{by_page}/dissolve")
    assert call("secretary", "POST", f"/party/organizations/{by_api}/dissolve").json["status"] == "dissolved"
    assert "第三支部" in page.get("/office/party/organizations?dissolved=true").text


def test_wrong_input_stands_beside_its_field(town: Town, call: Callable[..., Any]) -> None:
    page = town.pages["secretary"]
    wrong = {"name": "高墩子社区党支部", "kind": "branch", "belongs": "community"}
    place = {"region_code": str(make.NORTH_COMMUNITY)}
    answer = page.post("/office/party/organizations/new", data=wrong | place)
    assert (answer.status_code, 'id="name-error"' in answer.text) == (422, True)
    refused = call("secretary", "POST", "/party/organizations", **wrong, **place)
    assert (refused.status_code, refused.json["code"]) == (409, "party-organization-recorded")
    nobody = page.post("/office/party/claims/verify", data={"organization": town.branch})
    assert (nobody.status_code, "error-summary" in nobody.text) == (422, True)
    full = page.post(f"/office/party/organizations/{town.unit}/dissolve")
    assert (full.status_code, "error-summary" in full.text) == (422, True)


def test_a_ticked_claim_is_verified_with_its_organisation(town: Town, call: Callable[..., Any]) -> None:
    page = town.pages["secretary"]
    assert "陈大海" in page.get("/office/party/claims").text
    done = page.post(
        "/office/party/claims/verify",
        data={"volunteers": [town.claimant], "organization": town.branch},
    )
    assert done.status_code == 302
    card = call("secretary", "GET", f"/volunteers/{town.claimant}/party").json
    assert (card["present"]["status"], card["present"]["organization"]["id"]) == ("verified", town.branch)
    assert "陈大海" not in page.get("/office/party/claims").text
    assert "陈大海" in page.get(f"/office/party/claims?state=verified&region={make.NORTH_TOWN}").text
    page.post(f"/office/volunteers/{town.claimant}/party/withdraw", data={"reason": "组织关系已转出"})
    assert call("claimant", "GET", f"/volunteers/{town.claimant}/party").json["verified_at"] is None
    assert "组织关系已转出" in town.pages["claimant"].get("/my/party").text
    town.pages["claimant"].post("/my/party/claim", data={"organization": town.branch})
    again = call("secretary", "GET", "/party/claims").json["items"]
    assert [(each["id"], each["organization"]) for each in again] == [(town.claimant, town.branch)]
    call("secretary", "POST", "/party/claims/refuse", volunteers=[town.claimant], reason="名册上没有")
    assert call("secretary", "GET", "/party/claims?state=declined").json["items"][0]["id"] == town.claimant


def test_one_is_verified_on_the_page_of_the_person_too(town: Town, call: Callable[..., Any]) -> None:
    page, place = town.pages["secretary"], f"/office/volunteers/{town.claimant}"
    assert "区图书馆党支部" in page.get(place).text
    page.post(f"{place}/verify-party", data={"organization": town.unit})
    assert "区图书馆党支部" in page.get(f"{place}/party").text
    assert f"{place}/party" in page.get(place).text


def test_every_line_of_a_file_is_answered_and_masked(town: Town, call: Callable[..., Any]) -> None:
    page = town.pages["secretary"]
    file = (io.BytesIO(f"志愿者编号\n{town.number}\n990101199003079999\n".encode("gb18030")), "名册.csv")
    answer = page.post(
        "/office/party/claims/list",
        data={"organization": town.branch, "file": file},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    assert "990101199003079999" not in answer.text
    assert "9901**********9999" in answer.text
    by_api = call(
        "secretary",
        "POST",
        "/party/claims/verify-numbers",
        numbers=[town.number, "511102AAAAAAAAAA"],
        organization=town.branch,
    ).json["items"]
    assert [(line["line"], line["outcome"], line["volunteer"]) for line in by_api] == [
        (1, "repeated", town.claimant),
        (2, "not-found", None),
    ]
    empty = page.post("/office/party/claims/list", data={"organization": town.branch})
    assert (empty.status_code, 'id="numbers-error"' in empty.text) == (422, True)


def test_a_member_reports_and_two_clerks_take_it_down_and_confirm(
    town: Town, call: Callable[..., Any]
) -> None:
    mine = town.pages["member"]
    assert "region_code" in mine.get("/my/party").text
    mine.post("/my/party/report", data={"region_code": str(make.NORTH_COMMUNITY), "unit": "区图书馆"})
    (report,) = call("clerk", "GET", "/party/reports?status=reported").json["items"]
    key = report["id"]
    assert town.pages["clerk"].post(f"/office/party/reports/{key}/confirm").status_code == 302
    assert call("member", "GET", f"/party/reports/{key}").json["status"] == "confirmed"
    for page in (mine, town.pages["clerk"]):
        assert "区图书馆" in page.get(f"/party/reports/{key}/form").text
        assert "区图书馆" in page.get(f"/party/reports/{key}/feedback?year=2026&quarter=4").text
    told = call("member", "GET", f"/party/reports/{key}/feedback?year=2026").json
    assert (told["records"], told["minutes"], told["start"]) == (0, 0, "2026-01-01")
    mine.post("/my/party/end", data={"reason": "搬到别处"})
    known = call("secretary", "GET", f"/volunteers/{town.member}/party").json["volunteer_no"]
    taken = call("clerk", "POST", "/party/reports", number=known, region_code=str(make.NORTH_COMMUNITY))
    assert taken.status_code == 201
    path = f"/party/reports/{taken.json['id']}"
    assert call("clerk", "POST", f"{path}/confirm").json["code"] == "maker-is-checker"
    assert call("second", "POST", f"{path}/refuse", reason="不在本社区居住").json["status"] == "refused"
    by_page = town.pages["clerk"].post(
        "/office/party/reports/new", data={"number": known, "region_code": str(make.NORTH_COMMUNITY)}
    )
    ended = town.pages["second"].post(f"{by_page.location}/end", data={"reason": "重复登记"})
    assert ended.status_code == 302


def test_one_reports_once_with_one_idempotency_key(town: Town, client: FlaskClient) -> None:
    headers = town.headers["member"] | {"Idempotency-Key": "once"}
    given = {"region_code": str(make.NORTH_COMMUNITY)}
    answers = [client.post("/api/v1/party/reports", json=given, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    other = client.post("/api/v1/party/reports", json=given, headers=town.headers["other"])
    assert (other.status_code, other.json["code"]) == (409, "party-not-verified")
    assert client.post("/api/v1/party/reports", json=given).status_code == 401


def test_figures_are_veiled_and_names_need_the_right(town: Town, call: Callable[..., Any]) -> None:
    place = f"region={make.NORTH}&year=2026"
    for who, members in (("secretary", 0), ("auditor", 0)):
        own = call(who, "GET", f"/party/participation?{place}").json["own"]
        assert own["members"] == members
    for who, seen in (("secretary", 1), ("auditor", None)):
        (line,) = call(who, "GET", f"/party/participation/organizations?{place}").json["items"]
        assert (line["group"]["members"], line["organization"]["id"]) == (seen, town.unit)
        assert "区图书馆党支部" in town.pages[who].get(f"/office/party/participation?{place}").text
    names = call("secretary", "GET", f"/party/organizations/{town.unit}/members?year=2026").json["items"]
    assert [(each["volunteer"], each["took_part"]) for each in names] == [(town.member, False)]
    path = f"/office/party/participation/members/{town.unit}"
    assert "张小三" in town.pages["secretary"].get(path).text
    assert town.pages["auditor"].get(path).status_code == 403
    assert town.pages["stranger"].get(path).status_code == 404
    assert town.pages["stranger"].get(f"/office/party/participation?{place}").status_code == 404
    assert town.pages["secretary"].get(f"/office/party/participation/reported?{place}").status_code == 200


def test_figures_as_files(town: Town) -> None:
    place = f"region={make.NORTH}&year=2026"
    text = town.pages["secretary"].get(f"/office/party/participation/export.csv?{place}").get_data()
    assert text.startswith(b"\xef\xbb\xbf")
    assert "区图书馆党支部,1,0,0,0.00,0.00" in text.decode()
    veiled = town.pages["auditor"].get(f"/office/party/participation/export.csv?{place}").get_data().decode()
    assert "区图书馆党支部,不足5人" in veiled
    book = town.pages["auditor"].get(f"/office/party/participation/export.xlsx?{place}")
    assert book.get_data()[:2] == b"PK"
    assert town.pages["stranger"].get(f"/office/party/participation/export.csv?{place}").status_code == 404


PAGES = (
    "/office/party",
    "/office/party/claims",
    "/office/party/claims/list",
    "/office/party/organizations",
    "/office/party/organizations/new",
    "/office/party/reports",
    "/office/party/participation",
)


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("secretary", [200] * 7),
        ("second", [200, 403, 403, 200, 403, 200, 200]),
        ("auditor", [200, 403, 403, 200, 403, 200, 200]),
        ("other", [403] * 7),
    ],
)
def test_who_opens_what(town: Town, who: str, statuses: list[int]) -> None:
    assert [town.pages[who].get(path).status_code for path in PAGES] == statuses


def test_strangers_find_nobody_and_nothing(town: Town, client: FlaskClient, call: Callable[..., Any]) -> None:
    page = town.pages["stranger"]
    for path in (
        f"/office/party/organizations/{town.branch}",
        f"/office/volunteers/{town.member}/party",
    ):
        assert page.get(path).status_code == 404
        assert client.get(path).status_code == 302
    for method, path, given in (
        ("GET", f"/volunteers/{town.member}/party", {}),
        ("POST", f"/volunteers/{town.member}/party/withdraw", {"reason": "已转出"}),
        ("POST", f"/volunteers/{town.claimant}/party/refuse", {"reason": "不是党员"}),
        ("POST", f"/party/organizations/{town.branch}/dissolve", {}),
        ("PATCH", f"/party/organizations/{town.branch}", {"name": "改名支部"}),
    ):
        assert call("stranger", method, path, **given).status_code == 404, path
        assert call("other", method, path, **given).status_code == 403, path
        assert client.open(f"/api/v1{path}", method=method, json=given or None).status_code == 401, path
    assert call("stranger", "GET", "/party/claims").json["items"] == []
    assert call("stranger", "GET", "/party/organizations").json["items"] == []


def test_the_office_says_what_waits(town: Town, call: Callable[..., Any]) -> None:
    assert "/office/party/claims" in town.pages["secretary"].get("/office").text
    assert "/office/party/reports?status=reported" in town.pages["clerk"].get("/office").text
    assert "/my/party" in town.pages["other"].get("/my").text
    assert town.pages["other"].get("/my/party").status_code == 200
