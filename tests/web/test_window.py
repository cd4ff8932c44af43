"""The window's pages, and the same by API: find, register, act for somebody, print."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import make_people as make
from tests.support import make_projects, signed_in
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Role
from timebank.kernel.work import perform
from timebank.memberships import usecases as memberships
from timebank.projects.models import SignUp
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Consent, Guardian, Volunteer

WINDOW, REGISTER, READ = "/office/window", "/office/window/register", "/office/window/read-document"
ENGLISH = {"Accept-Language": "en"}
As = Callable[[str], FlaskClient]


@pytest.fixture
def actors(app: Flask) -> dict[str, Actor]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        return {
            "clerk": make.officer(Role.COMMUNITY_WORKER, make.NORTH, name="李工"),
            "village clerk": make.officer(Role.COMMUNITY_WORKER, make.NORTH_COMMUNITY),
            "stranger": make.officer(Role.COMMUNITY_WORKER, make.SOUTH),
            "auditor": make.officer(Role.AUDITOR, make.NORTH),
        }


@pytest.fixture
def browse(app: Flask, actors: dict[str, Actor]) -> As:
    def signed(who: str) -> FlaskClient:
        with app.app_context():
            return signed_in.browser(app, actors[who])

    return signed


@pytest.fixture
def bearer(app: Flask, actors: dict[str, Actor]) -> Callable[[str], dict[str, str]]:
    def header(who: str) -> dict[str, str]:
        with app.app_context():
            return signed_in.bearer(actors[who])

    return header


def form(**changes: Any) -> dict[str, Any]:
    """What a clerk fills in for an elder without a phone."""
    given = {
        "channel": "window",
        "document_number": make.document_number(),
        "document_type": "resident_id",
        "name": "陈秀英",
        "region_code": "泊水街道 高墩子社区",
        "political_status": "13",
        "document_seen": "1",
        "consents": ["privacy", "sensitive"],
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def only_row(app: Flask, table: type[Any] = Volunteer) -> Any:
    with app.app_context():
        (row,) = session().query(table).all()
        return row


def volunteer(app: Flask, **changes: Any) -> Key:
    with app.app_context():
        return make.volunteer(**changes)


# --- looking up --------------------------------------------------------------------------------------


def test_a_number_leads_to_the_person(browse: As, app: Flask) -> None:
    document, phone = make.document_number(), make.phone()
    key = volunteer(app, document_number=document, phone=phone)
    with app.app_context():
        row = session().get_one(Volunteer, (key.shard, key.id))
        number, code = row.volunteer_no, queries.personal_code(make.officer(), key)
    clerk = browse("clerk")
    for text in (document, phone, number, number.lower(), code, f"{code[:5]} {code[5:]}".lower()):
        answer = clerk.post(WINDOW, data={"text": text})
        assert answer.location == f"/office/volunteers/{key}/assist", text
    assert clerk.get(f"/office/volunteers/{key}/assist").status_code == 200


def test_a_code_of_letters_alone_leads_to_the_person(
    browse: As, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timebank.kernel.ids.CODE_ALPHABET", "ABCDEFGH")
    key = volunteer(app)
    with app.app_context():
        code = queries.personal_code(make.officer(), key)
    assert code.isalpha()
    answer = browse("clerk").post(WINDOW, data={"text": code})
    assert answer.location == f"/office/volunteers/{key}/assist"


def test_a_name_leads_to_a_list_and_to_the_form_for_somebody_else(browse: As, app: Flask) -> None:
    one, two = volunteer(app, name="王秀英"), volunteer(app, name="王秀兰")
    clerk = browse("clerk")
    page = clerk.post(WINDOW, data={"text": "wx"}).text
    assert f"/office/volunteers/{one}/assist" in page
    assert f"/office/volunteers/{two}/assist" in page
    page = clerk.post(REGISTER, data={"fill": "1", "name": "王秀丽", "channel": "window"})
    assert (page.status_code, 'value="王秀丽"' in page.text) == (200, True)
    assert "error-summary" not in page.text


@pytest.mark.parametrize(
    ("text", "field"),
    [("陈新人", "name"), ("12000000777", "phone"), ("990101195703070018", "document_number")],
)
def test_whom_nobody_knows_is_registered_on_the_same_page(browse: As, text: str, field: str) -> None:
    page = browse("clerk").post(WINDOW, data={"text": text})
    assert page.status_code == 200
    assert re.search(rf'id="f-{field}" name="{field}"[^>]*value="{text}"', page.text)
    assert 'action="/office/window/register"' in page.text


def test_somebody_of_another_county_is_not_shown(browse: As, app: Flask) -> None:
    document = make.document_number()
    volunteer(app, document_number=document, name="南方人", region_code=make.SOUTH_COMMUNITY)
    page = browse("clerk").post(WINDOW, data={"text": document}, headers=ENGLISH).text
    assert "Registered in 四川省乐山市沙湾区 already. Ask the person to start a move here." in page
    assert "南方人" not in page
    assert "沫溪" not in page


def test_an_empty_box_asks_for_something(browse: As) -> None:
    answer = browse("clerk").post(WINDOW, data={"text": " "})
    assert (answer.status_code, 'id="text-error"' in answer.text) == (422, True)


# --- registering -------------------------------------------------------------------------------------


def test_an_elder_without_a_phone_is_registered(browse: As, app: Flask, actors: dict[str, Actor]) -> None:
    clerk = browse("clerk")
    answer = clerk.post(REGISTER, data=form())
    row = only_row(app)
    assert answer.location == f"{WINDOW}?done={row.key}"
    assert (row.status, row.channel, row.identity_method) == ("submitted", "window", "in_person")
    assert (row.user_id, row.entered_by) == (None, actors["clerk"].label)
    with app.app_context():
        assert {each.channel for each in session().query(Consent)} == {"window"}
    page = clerk.get(answer.location, headers=ENGLISH).text
    assert "陈秀英 is taken down." in page
    assert f'action="/office/volunteers/{row.key}/assist/card"' in page


def test_by_telephone_the_document_is_not_seen(browse: As, app: Flask) -> None:
    clerk = browse("clerk")
    refused = clerk.post(REGISTER, data=form(channel="telephone"), headers=ENGLISH)
    assert (refused.status_code, 'id="document_seen-error"' in refused.text) == (422, True)
    taken = clerk.post(REGISTER, data=form(channel="telephone", document_seen=None))
    assert taken.status_code == 302
    row = only_row(app)
    assert (row.channel, row.status, row.identity_method) == ("telephone", "verifying", None)


GUARDIAN = {
    "guardian_name": "林大海",
    "guardian_relation": "father",
    "guardian_document_type": "resident_id",
    "guardian_document_number": make.document_number(801, date(1980, 1, 1)),
    "guardian_phone": "12000000802",
}


def test_a_minor_needs_a_guardian_whose_form_is_at_hand(browse: As, app: Flask) -> None:
    clerk, minor = browse("clerk"), form(document_number=make.document_number(802, date(2011, 5, 1)))
    refused = clerk.post(REGISTER, data=minor)
    assert (refused.status_code, 'id="guardian_name-error"' in refused.text) == (422, True)
    assert re.search(r"<details[^>]*data-guardian open>", refused.text)
    taken = clerk.post(REGISTER, data=minor | GUARDIAN | {"guardian_signed": "1"})
    assert taken.status_code == 302, taken.text
    assert only_row(app).status == "submitted"
    assert only_row(app, Guardian).consented_at is not None


def test_a_passport_says_what_the_number_does_not(browse: As, app: Flask) -> None:
    clerk = browse("clerk")
    given = form(document_type="passport", document_number="M12345678", name="Kim Minji")
    refused = clerk.post(REGISTER, data=given)
    assert refused.status_code == 422
    assert re.search(r"<details[^>]*data-stated open>", refused.text)
    stated = {"nationality": "KOR", "born_on": "1990-01-01", "sex": "2"}
    assert clerk.post(REGISTER, data=given | stated).status_code == 302
    assert (only_row(app).nationality, only_row(app).sex) == ("KOR", "2")


def test_a_known_document_shows_the_person(browse: As, app: Flask) -> None:
    document = make.document_number()
    key = volunteer(app, document_number=document)
    page = browse("clerk").post(REGISTER, data=form(document_number=document))
    assert page.status_code == 422
    assert f'href="/office/volunteers/{key}/assist"' in page.text


def test_what_is_missing_is_named_and_what_was_typed_stays(browse: As) -> None:
    page = browse("clerk").post(REGISTER, data=form(name=None, consents=[], region_code="无此社区"))
    assert page.status_code == 422
    summary = page.text.partition("error-summary-title")[2].partition("</section>")[0]
    assert set(re.findall(r'href="#f-(\w+)"', summary)) == {"name", "consents", "region_code"}
    assert 'id="f-consents"' in page.text


COMMUNITIES = {
    "泊水街道 高墩子社区": make.NORTH_COMMUNITY,
    "铁牛门社区": make.NORTH_SECOND,
    str(make.NORTH_SECOND): make.NORTH_SECOND,
}


@pytest.mark.parametrize("text", COMMUNITIES)
def test_a_community_is_known_by_label_name_and_code(browse: As, app: Flask, text: str) -> None:
    assert browse("clerk").post(REGISTER, data=form(region_code=text)).status_code == 302
    assert only_row(app).region_code == COMMUNITIES[text]


@pytest.mark.parametrize("text", [str(make.SOUTH_COMMUNITY), "沫溪社区", str(make.NORTH), "511102001999x"])
def test_a_community_outside_ones_reach_is_refused(browse: As, app: Flask, text: str) -> None:
    answer = browse("clerk").post(REGISTER, data=form(region_code=text))
    assert (answer.status_code, 'id="region_code-error"' in answer.text) == (422, True)
    with app.app_context():
        assert session().query(Volunteer).count() == 0


def test_the_only_community_is_chosen_already(browse: As, app: Flask) -> None:
    page = browse("village clerk").get(REGISTER).text
    assert '<option value="泊水街道 高墩子社区" selected>' in page
    assert (
        browse("village clerk").post(REGISTER, data=form(region_code=make.NORTH_COMMUNITY)).status_code == 302
    )


# --- the reader --------------------------------------------------------------------------------------


def test_a_number_is_read_while_it_is_typed(browse: As, app: Flask) -> None:
    clerk, known = browse("clerk"), make.document_number()
    key = volunteer(app, document_number=known)
    elder = make.document_number(902, date(1957, 3, 7))

    def read(**given: str) -> dict[str, Any]:
        answer = clerk.post(READ, data=given, headers=ENGLISH)
        assert answer.status_code == 200
        return dict(answer.json or {})

    assert read(document_number=elder)["text"] == "7 March 1957 · Female · 69 years old"
    minor = read(document_number=make.document_number(903, date(2012, 1, 1)))
    assert (minor["is_minor"], minor["asks_more"]) == (True, False)
    assert "check digit" in read(document_number="990101195703070019")["problem"]
    assert read(document_number=known)["person"] == f"/office/volunteers/{key}/assist"
    passport = read(document_number="M1234567", document_type="passport", born_on="2012-01-01")
    assert (passport["asks_more"], passport["is_minor"], passport["text"]) == (True, True, "")
    assert read(document_number="")["problem"] == ""


# --- who may -----------------------------------------------------------------------------------------

PAGES = [WINDOW, REGISTER, "/office/window/consent-form", "/office/cards"]


@pytest.mark.parametrize("path", PAGES)
def test_the_window_is_for_clerks(browse: As, client: FlaskClient, path: str) -> None:
    assert browse("clerk").get(path).status_code == 200
    assert browse("auditor").get(path).status_code == 403
    assert client.get(path).status_code == 302


def test_strangers_neither_see_nor_do_anything(browse: As, app: Flask) -> None:
    key, stranger = volunteer(app), browse("stranger")
    with app.app_context():
        event = make_projects.event()
    for part in ("assist", "card", "statement", "history"):
        assert stranger.get(f"/office/volunteers/{key}/{part}").status_code == 404, part
    for action in ("sign-up", "statement", "card", "replace-card"):
        answer = stranger.post(f"/office/volunteers/{key}/assist/{action}", data={"shift": str(event.shift)})
        assert answer.status_code == 404, action
    assert stranger.post("/office/cards", data={"volunteer": [str(key)]}).status_code == 404
    assert browse("auditor").get(f"/office/volunteers/{key}/assist").status_code == 403


# --- acting for somebody -----------------------------------------------------------------------------


@pytest.mark.parametrize("skin", ["page", "api"])
def test_a_place_is_taken_and_given_back_in_either_skin(
    browse: As, bearer: Callable[[str], dict[str, str]], client: FlaskClient, app: Flask, skin: str
) -> None:
    key, clerk, header = volunteer(app), browse("clerk"), bearer("clerk")
    with app.app_context():
        event = make_projects.event()
    assist = f"/office/volunteers/{key}/assist"
    given = {"channel": "telephone"}
    if skin == "page":
        assert str(event.shift) in clerk.get(assist).text
        answer = clerk.post(f"{assist}/sign-up", data={**given, "shift": str(event.shift)})
        assert answer.location == f"{assist}?channel=telephone"
    else:
        url = f"/api/v1/shifts/{event.shift}/sign-ups"
        answer = client.post(url, json={**given, "volunteer": str(key)}, headers=header)
        assert (answer.status_code, answer.json["status"]) == (201, "accepted")
    row = only_row(app, SignUp)
    assert (row.channel, row.status) == ("telephone", "accepted")
    listed = client.get(f"/api/v1/volunteers/{key}/sign-ups", headers=header).json["items"]
    assert [(each["id"], each["channel"], each["by"]) for each in listed] == [
        (str(row.key), "telephone", "李工")
    ]
    assert "李工" in clerk.get(assist).text
    if skin == "page":
        clerk.post(
            f"{assist}/give-back", data={"sign_up": str(row.key), "channel": "window", "reason": "家中有事"}
        )
    else:
        gone = client.delete(f"/api/v1/sign-ups/{row.key}?channel=window&reason=家中有事", headers=header)
        assert gone.status_code == 204
    row = only_row(app, SignUp)
    assert (row.channel, row.status) == ("window", "on_leave")


def test_an_obstacle_is_said_of_the_person(browse: As, app: Flask) -> None:
    key, clerk = volunteer(app), browse("clerk")
    with app.app_context():
        event = make_projects.event(capacity=1)
        make_projects.signed_up(event.shift)
        waiting = make.applicant()
    assist = f"/office/volunteers/{key}/assist"
    clerk.post(f"{assist}/sign-up", data={"shift": str(event.shift)})
    assert "All places are taken" in clerk.get(assist, headers=ENGLISH).text
    page = clerk.get(f"/office/volunteers/{waiting}/assist", headers=ENGLISH).text
    assert "this person can take places as soon as it is" in page
    assert str(event.shift) not in page
    wrong = clerk.post(f"{assist}/sign-up", data={"shift": "nonsense"})
    assert wrong.status_code == 422


def test_people_see_who_took_their_place(browse: As, app: Flask, actors: dict[str, Actor]) -> None:
    key = volunteer(app)
    with app.app_context():
        event = make_projects.event()
        person = signed_in.browser(app, make.actor_of_volunteer(key))
    path = f"/office/volunteers/{key}/assist/sign-up"
    browse("clerk").post(path, data={"shift": str(event.shift), "channel": "telephone"})
    for page in (f"/projects/{event.project}", "/my"):
        assert "Taken for you by the office: On the telephone" in person.get(page, headers=ENGLISH).text
    history = person.get("/register/status", headers=ENGLISH).text
    assert "Signed up for a shift" in history
    assert "李工" in history


# --- printing ----------------------------------------------------------------------------------------


def history_of(app: Flask, key: Key) -> list[str]:
    with app.app_context():
        return [line.name for line in queries.history(make.SYSTEM, key)]


def test_a_card_shows_the_code_and_never_the_document(browse: As, app: Flask) -> None:
    document = make.document_number()
    key, clerk = volunteer(app, document_number=document, name="王秀英"), browse("clerk")
    printed = clerk.post(f"/office/volunteers/{key}/assist/card", data={"channel": "window"})
    page = clerk.get(printed.location).text
    with app.app_context():
        row = session().get_one(Volunteer, (key.shard, key.id))
        code = queries.personal_code(make.SYSTEM, key)
    for text in ("王秀英", row.volunteer_no, "高墩子社区", code, 'class="qr"'):
        assert text in page
    assert document not in page
    assert document[-4:] not in page.partition('class="id-card"')[2].replace(code, "").replace(
        row.volunteer_no, ""
    )
    assert "volunteer.card_printed" in history_of(app, key)
    fresh = clerk.post(f"/office/volunteers/{key}/assist/replace-card", data={})
    assert code not in clerk.get(fresh.location).text


def test_a_whole_team_is_printed_as_far_as_the_clerk_acts_for_it(browse: As, app: Flask) -> None:
    with app.app_context():
        team = make.organization()
        for home in (make.NORTH_COMMUNITY, make.NORTH_SECOND, make.SOUTH_COMMUNITY):
            person = make.actor_of_volunteer(make.volunteer(region_code=home))
            asked = perform(person, memberships.request_membership, organization=team)
            perform(make.organizer(team), memberships.approve_membership, membership=asked)
    clerk = browse("clerk")
    assert 'name="organization"' in clerk.get(f"/office/organizations/{team}").text
    page = clerk.post("/office/cards", data={"organization": str(team)}, headers=ENGLISH)
    assert "2 cards · 1 sheet of A4" in page.text


def test_a_sheet_holds_ten_cards(browse: As, app: Flask) -> None:
    keys = [volunteer(app, name="王秀英") for _ in range(12)]
    clerk = browse("clerk")
    page = clerk.post("/office/cards", data={"volunteer": [str(key) for key in keys]}, headers=ENGLISH).text
    assert (page.count('class="card-sheet"'), page.count('class="id-card"')) == (2, 12)
    assert "12 cards · 2 sheets of A4" in page
    assert all("volunteer.card_printed" in history_of(app, key) for key in keys[::5])
    nobody = clerk.post("/office/cards", data={}, headers=ENGLISH)
    assert (nobody.status_code, "Choose at least one person." in nobody.text) == (422, True)
    assert clerk.get("/office/volunteers").text.count('name="volunteer"') == 12
    assert 'name="volunteer"' not in browse("auditor").get("/office/volunteers").text


def test_a_card_is_replaced_by_api(
    bearer: Callable[[str], dict[str, str]], client: FlaskClient, app: Flask
) -> None:
    key = volunteer(app)
    url = f"/api/v1/volunteers/{key}/personal-code"
    assert client.post(url, json={}, headers=bearer("stranger")).status_code == 404
    assert client.post(url, json={"channel": "telephone"}, headers=bearer("clerk")).status_code == 204
    told = client.get(f"/api/v1/volunteers/{key}/history", headers=bearer("clerk")).json["items"]
    assert ("volunteer.code_reissued", "telephone") in {(line["name"], line["channel"]) for line in told}


def test_the_statement_is_no_certificate(browse: As, app: Flask) -> None:
    key, clerk = volunteer(app, name="王秀英"), browse("clerk")
    given = {"from": "2026-01-01", "to": "2026-11-21", "channel": "window"}
    answer = clerk.post(f"/office/volunteers/{key}/assist/statement", data=given)
    assert answer.location == f"/office/volunteers/{key}/statement?from=2026-01-01&to=2026-11-21"
    page = clerk.get(answer.location).text
    assert "志愿服务时间汇总表" in page
    assert "王秀英" in page
    assert "volunteer.statement_printed" in history_of(app, key)
    wrong = clerk.post(f"/office/volunteers/{key}/assist/statement", data={"from": "yesterday"})
    assert (wrong.status_code, 'id="from-error"' in wrong.text) == (422, True)


def test_the_consent_form_has_the_texts_in_force(browse: As, app: Flask) -> None:
    page = browse("clerk").get("/office/window/consent-form").text
    with app.app_context():
        wordings = queries.consent_wordings()
    for wording in wordings.values():
        assert wording.text_zh.split("，")[0] in page
        assert wording.version in page


# --- the registry and the queue ----------------------------------------------------------------------


def test_filters_stand_in_the_address_and_numbers_do_not(browse: As, app: Flask) -> None:
    key, clerk = volunteer(app, skills=["law"], name="王秀英"), browse("clerk")
    given = {"skill": "law", "age": "18-59", "party": "false", "overdue": "", "country": "KOR"}
    answer = clerk.post("/office/volunteers", data=given)
    assert sorted(answer.location.partition("?")[2].split("&")) == ["age=18-59", "party=false", "skill=law"]
    page = clerk.get("/office/volunteers?skill=law&newest_first=true")
    assert (page.status_code, str(key) in page.text) == (200, True)
    assert 'aria-sort="descending"' in page.text
    assert str(key) not in clerk.get("/office/volunteers?skill=nursing").text
    assert str(key) in clerk.post("/office/volunteers", data={"text": "wxy", "skill": "law"}).text
    assert clerk.get("/office/volunteers?age=nonsense").status_code == 422


def test_a_decision_leads_on_to_the_next_in_the_queue(browse: As, app: Flask, clock: Any) -> None:
    with app.app_context():
        first = make.applicant()
        clock.advance(days=1)
        second = make.applicant()
    clerk = browse("clerk")
    queue = clerk.get("/office/reviews").text
    assert queue.index(str(first)) < queue.index(str(second))
    page = clerk.get(f"/office/volunteers/{first}?queue=1").text
    assert f"/office/volunteers/{second}?queue=1" in page
    assert 'aria-keyshortcuts="Alt+N"' in page
    given = {"method": "in_person", "queue": "1"}
    onwards = clerk.post(f"/office/volunteers/{first}/approve", data=given)
    assert onwards.location == f"/office/volunteers/{second}?queue=1"
    last = clerk.post(f"/office/volunteers/{second}/reject", data={"reason": "冒用证件", "queue": "1"})
    assert last.location == "/office/reviews"
    assert "冒用证件" in clerk.get(f"/office/volunteers/{second}/history").text
    alone = clerk.post(f"/office/volunteers/{first}/suspend", data={"reason": "核查中"})
    assert alone.location == f"/office/volunteers/{first}"


def test_the_queue_by_api(bearer: Callable[[str], dict[str, str]], client: FlaskClient, app: Flask) -> None:
    with app.app_context():
        key = make.applicant()
    items = client.get("/api/v1/volunteers/waiting", headers=bearer("clerk")).json["items"]
    assert [(item["id"], item["is_overdue"], item["is_maker"]) for item in items] == [
        (str(key), False, False)
    ]
    assert client.get("/api/v1/volunteers/waiting", headers=bearer("stranger")).json["items"] == []
    assert client.get("/api/v1/volunteers/waiting", headers=bearer("auditor")).status_code == 403


def test_the_person_page_shows_everything_known(browse: As, app: Flask) -> None:
    known = {
        "address": "乐山市市中区嘉定中路1号",
        "emergency_name": "张大山",
        "emergency_phone": "12000000999",
        "education": "20",
        "occupation": "8",
        "employer": "退休",
        "availability": ["mon-morning"],
    }
    key, clerk = volunteer(app, **known), browse("clerk")
    page = clerk.get(f"/office/volunteers/{key}").text
    for text in ("退休", "大学本科", "周一上午", "乐山市市中"):
        assert text in page
    for text in (known["address"], "12000000999"):
        assert text not in page
    given = {"fields": ["address", "emergency"], "purpose": "核对地址"}
    clear = clerk.post(f"/office/volunteers/{key}/unmask", data=given).text
    assert str(known["address"]) in clear
    assert "12000000999" in clear


def test_the_guardians_paper_is_recorded_on_the_person_page(browse: As, app: Flask) -> None:
    clerk = browse("clerk")
    minor = form(document_number=make.document_number(805, date(2011, 5, 1)))
    clerk.post(REGISTER, data=minor | GUARDIAN)
    key = only_row(app).key
    assert only_row(app).status == "awaiting_guardian"
    assert f"/office/volunteers/{key}/guardian-consent" in clerk.get(f"/office/volunteers/{key}").text
    clerk.post(f"/office/volunteers/{key}/guardian-consent", data={})
    assert only_row(app).status == "submitted"


def test_registering_by_api_keeps_the_channel(
    bearer: Callable[[str], dict[str, str]], client: FlaskClient, app: Flask
) -> None:
    given = make.application(phone=None, channel="telephone", region_code=str(make.NORTH_COMMUNITY))
    body = {name: value for name, value in given.items() if value is not None}
    answer = client.post("/api/v1/volunteers", json=body, headers=bearer("clerk"))
    assert (answer.status_code, answer.json["status"]) == (201, "verifying")
    assert only_row(app).channel == "telephone"
    assert client.post("/api/v1/volunteers", json=body, headers=bearer("stranger")).status_code == 404


def test_an_approved_person_can_be_taken_to_the_gate(
    app: Flask, browse: As, actors: dict[str, Actor]
) -> None:
    clerk = browse("clerk")
    clerk.post(REGISTER, data=form())
    key = only_row(app).key
    page = clerk.get(f"/office/volunteers/{key}", headers=ENGLISH).text
    assert "You took this registration down, so somebody else approves it." in page
    assert clerk.post(f"/office/volunteers/{key}/approve", data={}).status_code == 403
    assert browse("village clerk").post(f"/office/volunteers/{key}/approve", data={}).status_code == 302
    with app.app_context():
        perform(actors["clerk"], usecases.note_cards, volunteers=[key])
    assert only_row(app).status == "registered"
