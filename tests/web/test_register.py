"""Registering one page at a time: what was said is kept, checked at once, and sent in at the end."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support import make_people as make
from tests.support import registering
from tests.support.clock import FakeClock
from tests.support.registering import page, said, walk
from timebank.identity.models import User
from timebank.kernel import claims
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Role
from timebank.volunteers.models import Consent, Guardian, RegistrationDraft, Volunteer

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
    return app.test_client()


def rows(app: Flask, table: type[Any] = Volunteer) -> list[Any]:
    with app.app_context():
        return list(session().scalars(select(table)))


WHOLE = {
    "political_status": "03",
    "address": "人民路一号",
    "emergency_name": "张小海",
    "emergency_phone": "12000000999",
    "education": "20",
    "occupation": "2",
    "employer": "嘉州中学",
    "availability": ["sat-morning", "sun-evening"],
    "service_county": str(make.SOUTH),
    "service_township": str(make.SOUTH_TOWN),
}


def test_page_by_page_and_by_api_is_the_same(client: FlaskClient, app: Flask) -> None:
    given = said()
    whole = {name: value for name, value in WHOLE.items() if not name.startswith("service_")}
    answer = walk(client, given | WHOLE)
    assert (answer.status_code, answer.location) == (302, "/register/done")
    other = said(document_number=make.document_number(), phone=make.phone())
    api = other | whole | {"service_region_code": str(make.SOUTH_TOWN)}
    assert client.post("/api/v1/volunteers", json=api).status_code == 201
    assert rows(app, RegistrationDraft) == []
    one, two = rows(app)
    assert facts(app, one) == facts(app, two)
    assert (one.address_sealed, one.emergency_sealed) != (None, None)
    assert one.service_region_code == make.SOUTH_TOWN
    assert sorted(each.purpose for each in rows(app, Consent)) == ["privacy"] * 2 + ["sensitive"] * 2


def facts(app: Flask, row: Volunteer) -> tuple[Any, ...]:
    names = (
        "name status region_code service_region_code political_status education occupation employer "
        "availability skills categories channel entered_by reply_due_on nationality document_type"
    )
    return tuple(getattr(row, name) for name in names.split())


def test_a_foreigner_names_the_country_in_either_language(client: FlaskClient, app: Flask) -> None:
    for country, number in (("韩国", "M12345678"), ("South Korea", "M87654321"), ("kor", "M11112222")):
        given = said(
            name="KIM MINJUN", document_type="passport", document_number=number, born_on="1990-04-05", sex="1"
        )
        assert walk(app.test_client(), given | {"nationality": country}).location == "/register/done"
    assert {(each.nationality, each.sex, each.born_on) for each in rows(app)} == {
        ("KOR", "1", date(1990, 4, 5))
    }


FIVE = "elder_care legal environment emergency relief_help".split()


@pytest.mark.parametrize(
    ("name", "changes", "fields"),
    [
        ("you", {"name": "1"}, ["name"]),
        ("you", {"name": "", "document_type": ""}, ["name", "document_type"]),
        ("you", {"document_type": "driving_licence"}, ["document_type"]),
        ("document", {"document_number": ""}, ["document_number"]),
        ("document", {"document_number": "99010119900307001X"}, ["document_number"]),
        ("contact", {"phone": ""}, ["phone"]),
        ("contact", {"phone": "110", "emergency_name": "张"}, ["phone", "emergency_name"]),
        ("home", {"region_code": ""}, ["region_code"]),
        ("home", {"region_code": str(make.NORTH)}, ["region_code"]),
        ("home", {"service_county": "511199000000"}, ["service_region_code"]),
        ("about", {"political_status": "", "education": "99"}, ["political_status"]),
        ("about", {"education": "99"}, ["education"]),
        ("offer", {"skills": ["flying"], "availability": ["day"]}, ["skills", "availability"]),
        (
            "offer",
            {"categories": FIVE},
            ["categories"],
        ),
        ("consents", {"consents": ["privacy"]}, ["consents"]),
        ("check", {"password": "short"}, ["password"]),
    ],
)
def test_what_is_wrong_is_said_on_its_page(
    client: FlaskClient, app: Flask, name: str, changes: dict[str, Any], fields: list[str]
) -> None:
    walk(client, said(), stop=name)
    answer = page(client, name, said() | changes)
    assert answer.status_code == 422
    summary = answer.text.partition("error-summary-title")[2].partition("</section>")[0]
    assert set(re.findall(r'href="(?:/register/\w+)?#f-(\w+)"', summary)) == set(fields)
    assert rows(app) == []


def test_going_back_keeps_what_was_said(client: FlaskClient, app: Flask) -> None:
    given = said()
    walk(client, given, stop="about")
    answer = page(client, "about", {"employer": "嘉州中学", "political_status": ""}, back="1")
    assert answer.location == "/register/home"
    assert 'value="嘉州中学"' in client.get("/register/about").text
    home = client.get("/register/home").text
    assert re.search(rf'value="{make.NORTH_COMMUNITY}" selected', home)
    assert page(client, "you", given, back="1").location == "/register"
    assert client.get("/register/document").location == "/register/you"
    page(client, "you", given)
    assert given["document_number"] in client.get("/register/document").text


def test_nobody_skips_a_page(client: FlaskClient) -> None:
    assert client.get("/register/check").location == "/register"
    assert client.post("/register/check").location == "/register"
    walk(client, said(), stop="contact")
    assert client.get("/register/offer").location == "/register/contact"
    assert page(client, "offer", {}).location == "/register"
    assert client.get("/register/guardian").location == "/register/contact"
    assert client.get("/register/nothing").status_code == 404


def test_a_changed_answer_leads_back_to_the_check(client: FlaskClient, app: Flask) -> None:
    given = said()
    walk(client, given, stop="check")
    assert page(client, "about", {"political_status": "12"}).location == "/register/check"
    looked = client.get("/register/check", headers=ENGLISH).text
    assert given["document_number"] not in looked
    assert f"{given['document_number'][:4]}**********" in looked
    assert given["phone"] in looked
    page(client, "check", {})
    assert rows(app)[0].political_status == "12"


def test_another_document_is_asked_for_its_number(client: FlaskClient) -> None:
    walk(client, said(), stop="check")
    passport = {"name": "张小山", "document_type": "passport"}
    assert page(client, "you", passport).location == "/register/document"
    asked = client.get("/register/document").text
    assert 'id="f-nationality"' in asked
    assert 'list="nationality-list"' in asked
    young = {"document_number": "E12345678", "nationality": "CHN", "born_on": "2010-01-01", "sex": "2"}
    assert page(client, "document", young).location == "/register/guardian"


def test_a_known_document_is_sent_to_sign_in_and_nothing_is_told(client: FlaskClient, app: Flask) -> None:
    given = said(name="李小海")
    with app.app_context():
        make.applicant(document_number=given["document_number"])
    page(client, "you", given)
    answer = page(client, "document", given)
    assert (answer.status_code, "Sign in instead" in answer.text) == (409, True)
    assert 'href="/sign-in?next=/register/status"' in answer.text
    assert not any(told in answer.text for told in ("张小山", given["document_number"], "120"))
    assert client.get("/register/contact").location == "/register/document"


def test_a_document_registered_meanwhile_is_told_at_the_end(client: FlaskClient, app: Flask) -> None:
    given = said()
    walk(client, given, stop="check")
    with app.app_context():
        make.applicant(document_number=given["document_number"])
    assert page(client, "check", {}).status_code == 409
    assert len(rows(app)) == 1


def test_a_taken_phone_leads_back_to_its_page(client: FlaskClient, app: Flask) -> None:
    given = said()
    with app.app_context():
        make.applicant(phone=given["phone"])
    answer = walk(client, given)
    assert answer.status_code == 422
    assert 'href="/register/contact#f-phone"' in answer.text
    assert page(client, "contact", {"phone": make.phone()}).location == "/register/check"
    assert page(client, "check", {}).location == "/register/done"


def test_attempts_to_try_out_numbers_are_counted(client: FlaskClient) -> None:
    page(client, "you", said())
    answers = [page(client, "document", {"document_number": "1"}).status_code for _ in range(61)]
    assert answers == [422] * 60 + [429]


def test_a_draft_outlives_the_browser_and_ends(client: FlaskClient, app: Flask, clock: FakeClock) -> None:
    answer = page(client, "you", said())
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("Max-Age=2592000", "HttpOnly", "Path=/register", "SameSite=Lax"))
    assert "Go on where I stopped" in client.get("/register", headers=ENGLISH).text
    clock.advance(days=29)
    assert "/register/document" in client.get("/register", headers=ENGLISH).text
    clock.advance(days=2)
    assert "Go on where I stopped" not in client.get("/register", headers=ENGLISH).text
    assert client.get("/register/document").location == "/register/you"


def test_a_draft_is_discarded(client: FlaskClient, app: Flask) -> None:
    page(client, "you", said())
    assert client.post("/register/discard").location == "/register"
    assert rows(app, RegistrationDraft) == []
    assert client.get("/register/document").location == "/register/you"
    assert client.post("/register/discard").location == "/register"


def test_sent_in_twice_is_once(client: FlaskClient, app: Flask) -> None:
    walk(client, said(), stop="check")
    cookie = client.get_cookie("timebank_draft", path="/register")
    assert cookie
    assert page(client, "check", {}).location == "/register/done"
    client.set_cookie("timebank_draft", cookie.value, path="/register")
    assert page(client, "check", {}).location == "/register"
    assert len(rows(app)) == 1


def test_the_last_page_says_number_and_deadline(client: FlaskClient, app: Flask) -> None:
    walk(client, said())
    told = client.get("/register/done", headers=ENGLISH).text
    (row,) = rows(app)
    assert row.volunteer_no in told
    assert "1 December 2026" in told
    assert row.volunteer_no not in app.test_client().get("/register/done").text


def test_the_places_fill_step_by_step_without_script(client: FlaskClient) -> None:
    walk(client, said(), stop="home")
    data = {"county": str(make.NORTH), "service_county": str(make.SOUTH), "show_places": "1"}
    shown = client.post("/register/home", data=data).text
    assert offered(shown, "county") == offered(shown, "service_county") == ["市中区", "沙湾区"]
    assert offered(shown, "region_code") == ["高墩子社区", "铁牛门社区"]
    assert offered(shown, "service_region_code") == ["沫溪社区", "三峨山村"]


def offered(html: str, name: str) -> list[str]:
    box = html.partition(f'id="f-{name}"')[2].partition("</select>")[0]
    return [words for value, words in re.findall(r'<option value="(\d*)"[^>]*>([^<]*)', box) if value]


def young(years: int, **changes: Any) -> dict[str, Any]:
    number = make.document_number(born_on=date(2026 - years, 1, 1))
    return said(document_number=number) | registering.guardian() | changes


def test_a_sixteen_year_old_names_a_guardian(client: FlaskClient, app: Flask) -> None:
    given = young(16)
    assert walk(client, given, stop="guardian").location == "/register/guardian"
    assert "agrees to this text or refuses" in client.get("/register/guardian", headers=ENGLISH).text
    assert walk(client, given).location == "/register/done"
    assert "Tell your guardian now" in client.get("/register/done", headers=ENGLISH).text
    (row,), (named,) = rows(app), rows(app, Guardian)
    assert (row.name, named.relation, named.consented_at) == ("张*山", "father", None)
    assert len(rows(app, User)) == 2
    with app.app_context():
        phone = claims.holder("phone", given["guardian_phone"])
    assert phone == Key(named.user_shard, named.user_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"guardian_document_number": make.document_number(3, date(2010, 5, 5))}, "guardian_document_number"),
        ({"guardian_relation": "friend"}, "guardian_relation"),
        ({"guardian_phone": "1"}, "guardian_phone"),
        ({"guardian_name": ""}, "guardian_name"),
    ],
)
def test_a_guardian_who_is_none_is_refused_on_the_page(
    client: FlaskClient, changes: dict[str, Any], field: str
) -> None:
    walk(client, young(16), stop="guardian")
    answer = page(client, "guardian", young(16) | changes)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_the_guardian_needs_a_phone_of_their_own(client: FlaskClient) -> None:
    given = young(16)
    answer = walk(client, given | {"guardian_phone": given["phone"]})
    assert answer.status_code == 422
    assert "other than the volunteer" in answer.text.replace("&#39;", "'")


def test_a_child_has_no_phone_and_no_account(client: FlaskClient, app: Flask) -> None:
    given = young(12)
    del given["phone"]
    walk(client, given, stop="contact")
    assert 'id="f-phone"' not in client.get("/register/contact").text
    assert walk(client, given).location == "/register/done"
    assert rows(app)[0].user_id is None
    assert "/sign-in?next=/my/wards" in client.get("/register/done").text


def test_nothing_of_a_draft_lies_in_the_open(client: FlaskClient, app: Flask) -> None:
    given = young(16, address="人民路一号")
    walk(client, given, stop="check")
    (draft,) = rows(app, RegistrationDraft)
    kept = " ".join(str(value) for value in vars(draft).values())
    secrets = ("name", "document_number", "phone", "address", "guardian_phone")
    assert not any(given[name] in kept for name in secrets)
    cookie = client.get_cookie("timebank_draft", path="/register")
    assert cookie
    assert cookie.value.partition(".")[2] not in kept


def test_an_officer_registers_by_the_own_account(client: FlaskClient, app: Flask) -> None:
    phone = "12900000001"
    with app.app_context():
        make.officer(Role.COMMUNITY_WORKER, make.NORTH, phone_number=phone)
    client.post("/sign-in", data={"phone": phone, "password": make.PASSWORD})
    assert walk(client, said(phone=phone)).location == "/register/done"
    assert client.get("/register").location == "/register/status"
    assert len(rows(app, User)) == 1
