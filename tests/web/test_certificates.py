"""Pages of certificates and the same by API: own, ward, window, recording unit, everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_certificates as make
from tests.support import make_families as families
from tests.support import make_people as people
from tests.support import signed_in
from tests.support.clock import FakeClock
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Role
from timebank.recognition.models import Certificate
from timebank.recognition.rules import REVEALS, spaced
from timebank.volunteers.models import Volunteer

ENGLISH = {"Accept-Language": "en"}
MINE, QUEUE = "/my/certificates", "/organize/certificates"
SUBSETS = list(chain.from_iterable(combinations(REVEALS, n) for n in range(len(REVEALS) + 1)))


@dataclass
class World:
    """Somebody with confirmed hours, the unit that recorded them, a clerk, a guardian with a ward."""

    app: Flask
    one: make.Served
    actors: dict[str, Actor]
    volunteer_no: str

    def browse(self, who: str) -> FlaskClient:
        with self.app.app_context():
            return signed_in.browser(self.app, self.actors[who])

    def bearer(self, who: str) -> dict[str, str]:
        with self.app.app_context():
            return signed_in.bearer(self.actors[who])

    def made(self, how: Callable[..., Any], *given: Any, **more: Any) -> Any:
        with self.app.app_context():
            return how(*given, **more)

    def row(self) -> Certificate:
        with self.app.app_context():
            return session().query(Certificate).order_by(Certificate.asked_at.desc()).limit(1).one()


@pytest.fixture
def world(app: Flask, clock: FakeClock) -> World:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        people.region_tree()
        one = make.served(clock)
        actors = {
            "person": one.volunteer,
            "issuer": one.issuer,
            "organizer": one.attended.organizer,
            "clerk": people.officer(Role.COMMUNITY_WORKER),
            "other": people.recorder(people.organization("别的服务队")),
            "newcomer": people.actor_of_volunteer(people.volunteer()),
        }
        number = session().get_one(Volunteer, (one.key.shard, one.key.id)).volunteer_no
        return World(app, one, actors, number)


def asked(world: World, **given: Any) -> Key:
    key: Key = world.made(make.requested, world.one, **given)
    return key


def issued(world: World, **given: Any) -> tuple[Key, str]:
    found: tuple[Key, str] = world.made(make.issued, world.one, **given)
    return found


# --- the person -----------------------------------------------------------------------------------------


def test_a_person_asks_in_two_taps_and_sees_what_follows(world: World) -> None:
    person = world.browse("person")
    page = person.get(MINE).text
    assert "已确认 2.5 小时，2026年11月21日至2026年11月21日" in page
    assert "checked" in page  # the only unit is chosen already
    answer = person.post(MINE, data={"organization": str(world.one.organization), "reveals": ["name"]})
    assert (answer.status_code, answer.location) == (302, MINE)
    page = person.get(MINE).text
    assert "记录单位核对记录后出具证明" in page
    again = person.post(MINE, data={"organization": str(world.one.organization)}, follow_redirects=True)
    assert "此前已提交相同申请" in again.text
    row = world.row()
    assert (row.status, row.reveals, row.channel) == ("requested", ["name"], "web")
    answer = person.post(f"{MINE}/{row.key}/withdraw")
    assert (answer.location, world.row().status) == (MINE, "withdrawn")


def test_what_is_wrong_stands_beside_the_field(world: World) -> None:
    unit = str(world.one.organization)
    person = world.browse("person")
    for given, sentence in (
        ({}, "此项必填。"),
        ({"organization": unit, "from": "2026-01-01", "to": "2026-06-30"}, "没有已确认的服务时间"),
        ({"organization": unit, "to": "2027-01-01"}, "期间不能晚于今天"),
        ({"organization": unit, "reveals": ["phone"]}, "请从所列选项中选择。"),
    ):
        answer = person.post(MINE, data=given)
        assert answer.status_code == 422, given
        assert 'class="error-summary"' in answer.text
        assert sentence in answer.text
        if "from" in given:
            assert 'value="2026-01-01"' in answer.text  # nothing is lost


def test_without_confirmed_hours_the_page_says_what_to_do(world: World) -> None:
    page = world.browse("newcomer").get(MINE, headers=ENGLISH).text
    assert "No confirmed hours yet" in page
    assert 'href="/projects"' in page
    assert world.browse("clerk").get(MINE).location == "/register"


def test_my_account_leads_there(world: World) -> None:
    assert f'href="{MINE}"' in world.browse("person").get("/my").text


def test_a_guardian_asks_for_the_ward(world: World, clock: FakeClock) -> None:
    with world.app.app_context():
        family = families.registered_family(name="张小一")
        ward = make.served(clock, volunteer=family.child)
        world.actors["guardian"] = family.guardian
    address = f"/my/wards/{family.child}/certificates"
    guardian = world.browse("guardian")
    assert f'href="{address}"' in guardian.get(f"/my/wards/{family.child}").text
    answer = guardian.post(address, data={"organization": str(ward.organization)})
    assert (answer.status_code, answer.location) == (302, address)
    key = world.row().key
    assert guardian.post(f"{MINE}/{key}/withdraw").location == address
    assert world.browse("person").get(address).status_code == 404


def test_the_printed_sheet_states_everything(world: World) -> None:
    key, number = issued(world)
    page = world.browse("person").get(f"/certificates/{key}").text
    for told in (
        "志愿服务记录证明",
        spaced(number),
        "张小山",
        world.volunteer_no,
        "社区长者午餐陪伴",
        "陪伴社区独居老人用午餐",
        "现场扫码",
        "志愿服务1次，服务时间共计2.5 小时",
        "周敏",
        "赵记录",
        "0833-2100001",
        "2026年11月21日",
        "第十七条",
        f"/verify/{number}",
        world.row().content_hash or "?",
        "盖章处",
    ):
        assert told in page, told
    assert re.search(r"9901\*{10}\w{4}", page)
    english = world.browse("person").get(f"/certificates/{key}", headers=ENGLISH).text
    assert "Certificate of volunteer service records" in english
    assert "took part in 1 service that this unit organised and recorded, 2.5 h of service time" in english


def test_what_is_not_issued_is_no_certificate(world: World) -> None:
    page = world.browse("person").get(f"/certificates/{asked(world)}").text
    assert "data-print" not in page
    assert "盖章处" not in page
    key, _ = issued(world, start=None)
    revoked = world.browse("issuer").post(f"{QUEUE}/{key}/revoke", data={"reason": "姓名有误"})
    assert revoked.status_code == 302
    page = world.browse("person").get(f"/certificates/{key}").text
    assert "certificate-void" in page
    assert "姓名有误" in page
    assert "data-print" not in page


def test_what_is_shown_can_be_chosen_anew(world: World) -> None:
    key, _ = issued(world)
    person = world.browse("person")
    assert person.post(f"{MINE}/{key}/shown", data={"reveals": ["hours", "name"]}).location == MINE
    assert world.row().reveals == ["name", "hours"]
    assert person.post(f"{MINE}/{key}/shown", data={"reveals": ["phone"]}).status_code == 422
    assert world.browse("clerk").post(f"{MINE}/{key}/shown", data={"reveals": []}).status_code == 404


# --- the window -----------------------------------------------------------------------------------------


def test_a_clerk_asks_takes_back_and_prints(world: World) -> None:
    clerk = world.browse("clerk")
    address = f"/office/volunteers/{world.one.key}/certificates"
    assert address in clerk.get(f"/office/volunteers/{world.one.key}/assist").text
    given = {"organization": str(world.one.organization), "channel": "telephone"}
    answer = clerk.post(address, data=given)
    assert answer.location == f"{address}?channel=telephone"
    row = world.row()
    assert (row.channel, row.status) == ("telephone", "requested")
    page = clerk.get(f"{address}?channel=telephone").text
    assert 'value="telephone"' in page
    answer = clerk.post(f"/office/certificates/{row.key}/withdraw", data={"channel": "telephone"})
    assert (answer.location, world.row().status) == (f"{address}?channel=telephone", "withdrawn")
    key, _ = issued(world)
    answer = clerk.post(f"/office/certificates/{key}/print", data={"channel": "window"})
    assert answer.location == f"/certificates/{key}"
    assert "盖章处" in clerk.get(answer.location).text
    assert world.browse("person").get(address).status_code == 403
    assert clerk.post(address, data={}).status_code == 422


# --- the recording unit ---------------------------------------------------------------------------------


def test_the_unit_issues_from_its_queue(world: World) -> None:
    key = asked(world)
    issuer = world.browse("issuer")
    assert f"{QUEUE}/{key}" in issuer.get(QUEUE).text
    assert 'href="/organize/certificates"' in issuer.get("/office").text
    page = issuer.get(f"{QUEUE}/{key}").text
    assert 'value="赵记录"' in page
    assert "2.5" in page
    answer = issuer.post(
        f"{QUEUE}/{key}/issue", data={"head": "周敏", "handler": "赵记录", "phone": "问村长"}
    )
    assert answer.status_code == 422
    assert 'value="周敏"' in answer.text
    answer = issuer.post(f"{QUEUE}/{key}/issue", data=make.SIGNED, follow_redirects=True)
    assert "已出具" in answer.text
    assert world.row().status == "issued"
    assert f"{QUEUE}/{key}" not in issuer.get(QUEUE).text
    assert f"{QUEUE}/{key}" in issuer.get(f"{QUEUE}?state=decided").text
    late = issuer.post(f"{QUEUE}/{key}/issue", data=make.SIGNED)
    assert (late.status_code, "其间已有人办理" in late.text) == (422, True)


def test_the_organizer_finds_the_number_of_requests(world: World) -> None:
    asked(world)
    page = world.browse("organizer").get("/organize").text
    assert re.search(r'href="/organize/certificates">.*<span class="count">1</span>', page)


def test_the_unit_refuses_with_a_reason(world: World) -> None:
    key = asked(world)
    issuer = world.browse("issuer")
    assert issuer.post(f"{QUEUE}/{key}/refuse", data={}).status_code == 422
    issuer.post(f"{QUEUE}/{key}/refuse", data={"reason": "请先核对活动名称"})
    assert "请先核对活动名称" in world.browse("person").get(MINE).text


def test_others_find_nothing_in_the_queue(world: World) -> None:
    key = asked(world)
    other = world.browse("other")
    assert "没有待办理的申请" in other.get(QUEUE).text
    for address in (f"{QUEUE}/{key}", f"/certificates/{key}"):
        assert other.get(address).status_code == 404
    assert other.post(f"{QUEUE}/{key}/issue", data=make.SIGNED).status_code == 404
    assert world.browse("person").get(QUEUE).status_code == 403


# --- everybody ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", SUBSETS)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_everybody_sees_exactly_what_was_ticked(
    world: World, client: FlaskClient, shown: tuple[str, ...]
) -> None:
    _, number = issued(world, reveals=list(shown))
    page = client.get(f"/verify/{number}", headers=ENGLISH).text
    body = client.get(f"/api/v1/certificates/{number}").json
    assert body is not None
    for name, told, value in (
        ("name", "张小山", body["holder_name"] == "张小山"),
        ("volunteer_no", world.volunteer_no, body["volunteer_no"] == world.volunteer_no),
        ("hours", "2.5 h", body["total_minutes"] == 150),
        ("activities", "社区长者午餐陪伴", bool(body["lines"])),
    ):
        assert (told in page) is (name in shown), name
        assert value is (name in shown), name
    assert ("张*山" in page) is ("name" not in shown)
    assert (body["state"], body["from"], body["to"]) == ("valid", "2026-11-21", "2026-11-21")
    for never in ("9901", "0833-2100001", "周敏", "赵记录", "party", "高墩子"):
        assert never not in page, never
    if body["lines"]:
        assert [line["minutes"] for line in body["lines"]] == [150 if "hours" in shown else None]


def test_a_number_typed_by_hand(world: World, client: FlaskClient) -> None:
    _, number = issued(world)
    answer = client.get("/verify", query_string={"number": spaced(number).lower()})
    assert answer.location == f"/verify/{number}"
    assert "现行有效" in client.get(answer.location).text
    assert "有效" not in client.get("/verify").text
    assert "此项必填。" in client.get("/verify?number=").text


def test_revoked_and_unknown_are_told_apart(world: World, client: FlaskClient) -> None:
    key, number = issued(world, reveals=list(REVEALS))
    world.browse("issuer").post(f"{QUEUE}/{key}/revoke", data={"reason": "姓名有误"})
    answer = client.get(f"/verify/{number}")
    assert answer.status_code == 200
    assert "已撤销" in answer.text
    for hidden in ("张小山", "社区长者午餐陪伴", "姓名有误", world.volunteer_no):
        assert hidden not in answer.text
    unknown = client.get(f"/verify/{number[:-1]}2" if number[-1] != "2" else f"/verify/{number[:-1]}3")
    assert (unknown.status_code, "查无此证" in unknown.text) == (404, True)
    body = client.get("/api/v1/certificates/12")
    assert (body.status_code, (body.json or {})["code"]) == (404, "unknown-certificate")
    assert client.get("/verify/<script>").status_code == 404


def test_trying_numbers_is_slowed_down(world: World, client: FlaskClient) -> None:
    for _ in range(60):
        assert client.get("/verify/511102").status_code == 404
    answer = client.get("/verify/511102")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert client.get("/api/v1/certificates/511102").status_code == 429


# --- by API ---------------------------------------------------------------------------------------------


def test_the_whole_way_by_api(world: World, client: FlaskClient) -> None:
    person, issuer = world.bearer("person"), world.bearer("issuer")
    units = client.get("/api/v1/volunteers/me/recording-units", headers=person).json
    assert units is not None
    (unit,) = units["items"]
    assert (unit["minutes"], unit["records"]) == (150, 1)
    given = {"organization": unit["organization"], "from": "2026-01-01", "reveals": ["hours"]}
    made = client.post("/api/v1/certificates", json=given, headers=person)
    assert (made.status_code, (made.json or {})["is_new"]) == (201, True)
    again = client.post("/api/v1/certificates", json=given, headers=person).json
    key = (made.json or {})["id"]
    assert again == {"id": key, "is_new": False}
    waiting = client.get("/api/v1/certificates", headers=issuer).json
    assert waiting is not None
    assert [each["id"] for each in waiting["items"]] == [key]
    done = client.post(f"/api/v1/certificates/{key}/issue", json=make.SIGNED, headers=issuer).json
    assert done is not None
    assert (done["status"], done["total_minutes"], done["from"]) == ("issued", 150, "2026-01-01")
    own = client.get("/api/v1/volunteers/me/certificates", headers=person).json
    assert own is not None
    assert own["items"][0]["certificate_no"] == done["certificate_no"]
    client.post(f"/api/v1/certificates/{key}/reveals", json={"reveals": ["name"]}, headers=person)
    shown = client.get(f"/api/v1/certificates/{done['certificate_no']}").json
    assert shown is not None
    assert (shown["holder_name"], shown["total_minutes"]) == ("张小山", None)
    gone = client.post(f"/api/v1/certificates/{key}/revoke", json={"reason": "有误"}, headers=issuer).json
    assert (gone or {})["status"] == "revoked"
    assert len((client.get("/api/v1/certificates/decided", headers=issuer).json or {})["items"]) == 1


def test_refused_and_taken_back_by_api(world: World, client: FlaskClient) -> None:
    clerk, issuer, other = world.bearer("clerk"), world.bearer("issuer"), world.bearer("other")
    given = {
        "organization": str(world.one.organization),
        "volunteer": str(world.one.key),
        "channel": "telephone",
    }
    for step, who, body in (
        ("refuse", issuer, {"reason": "有误"}),
        ("withdraw", clerk, {"channel": "window"}),
    ):
        made = client.post("/api/v1/certificates", json=given, headers=clerk).json
        address = f"/api/v1/certificates/{(made or {})['id']}/{step}"
        assert client.post(address, json=body, headers=other).status_code == 404
        assert client.post(address, json=body, headers=who).status_code == 200
    listed = client.get(f"/api/v1/volunteers/{world.one.key}/certificates", headers=clerk).json
    assert sorted(each["status"] for each in (listed or {})["items"]) == ["refused", "withdrawn"]
    assert client.get(f"/api/v1/volunteers/{world.one.key}/certificates", headers=other).status_code == 404
    bad = client.post("/api/v1/certificates", json={**given, "to": "2027-01-01"}, headers=clerk)
    assert bad.status_code == 422
    assert (bad.json or {})["errors"]["to"][0]["code"] == "period-ahead"
