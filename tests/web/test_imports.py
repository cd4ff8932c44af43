"""Imports by pages and by API: the same effect, the same refusals, files that can be opened."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support import make_files as files
from tests.support import make_people as make
from tests.support.signed_in import bearer, browser
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.volunteers import queries
from timebank.volunteers.queries import ImportCard

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
API = "/api/v1/volunteer-imports"
ROWS = [files.person(0), ("1", *files.person(1)[1:]), files.person(2), files.person(2)]


@pytest.fixture
def clerk(app: Flask) -> Actor:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        make.region_tree()
        return make.officer()


@pytest.fixture
def page(app: Flask, clerk: Actor) -> FlaskClient:
    with app.app_context():
        return browser(app, clerk)


@pytest.fixture
def headers(app: Flask, clerk: Actor) -> dict[str, str]:
    with app.app_context():
        return bearer(clerk)


def form(
    rows: list[tuple[str, ...]] = ROWS, region: int = make.NORTH, name: str = "名单.csv"
) -> dict[str, Any]:
    return {"region_code": str(region), "file": (io.BytesIO(files.csv_bytes(rows)), name)}


def upload(page: FlaskClient, **given: Any) -> str:
    answer = page.post("/office/imports/new", data=form(**given))
    assert answer.status_code == 302, answer.text
    return answer.location.rsplit("/", 1)[1]


def work_on(app: Flask) -> ImportCard:
    with app.app_context():
        [card] = queries.import_cards(SYSTEM).items
        files.work_on(card.key)
        return queries.volunteer_import(SYSTEM, card.key)


def test_the_way_of_a_file_by_pages(app: Flask, page: FlaskClient) -> None:
    assert "还没有文件" in page.get("/office/imports").text
    key = upload(page)
    assert "正在核对各行" in page.get(f"/office/imports/{key}").text
    work_on(app)
    checked = page.get(f"/office/imports/{key}").text
    assert "核对完毕，尚未登记任何人" in checked
    assert "请按身份证填写姓名，不含数字和符号。" in checked
    assert "与第 4 行的证件重复。" in checked
    started = page.post(f"/office/imports/{key}/start", follow_redirects=True)
    assert "正在登记人员" in started.text
    card = work_on(app)
    assert (card.status, card.entered) == ("done", 2)
    assert "已登记 2 人" in page.get(f"/office/imports/{key}").text
    assert "名单.csv" in page.get("/office/imports").text
    assert page.post(f"/office/imports/{key}/start").status_code == 409


def test_the_same_by_api(app: Flask, client: FlaskClient, headers: dict[str, str]) -> None:
    made = client.post(API, data=form(), headers=headers)
    assert made.status_code == 201, made.text
    key = made.json["id"] if made.json else ""
    work_on(app)
    one = client.get(f"{API}/{key}", headers=headers).json
    assert one
    assert {name: one[name] for name in ("status", "rows", "ready", "faulty", "known", "moves")} == {
        "status": "checked",
        "rows": 4,
        "ready": 2,
        "faulty": 1,
        "known": 1,
        "moves": ["start", "cancel"],
    }
    found = client.get(f"{API}/{key}/problems", headers=headers).json
    assert found
    assert [(each["line"], each["column"], each["code"]) for each in found["items"]] == [
        (3, "name", "not-a-name"),
        (5, "document_number", "document-repeated"),
    ]
    assert found["items"][1]["message"] == "The same document stands in row 4 already."
    assert client.post(f"{API}/{key}/start", headers=headers).status_code == 200
    assert work_on(app).entered == 2
    listed = client.get(API, headers=headers).json
    assert listed
    assert [each["entered"] for each in listed["items"]] == [2]


def test_a_repeated_request_uploads_once(client: FlaskClient, headers: dict[str, str]) -> None:
    keyed = headers | {"Idempotency-Key": "one"}
    first, again = (client.post(API, data=form(), headers=keyed).json for _ in range(2))
    assert first == again
    other = client.post(API, data=form([files.person(9)]), headers=keyed)
    assert (other.status_code, other.json and other.json["code"]) == (422, "key-reused")


def test_pausing_and_giving_up_by_api(app: Flask, client: FlaskClient, headers: dict[str, str]) -> None:
    key = (client.post(API, data=form(), headers=headers).json or {})["id"]
    work_on(app)
    for move, status in (
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("cancel", "cancelled"),
    ):
        answer = client.post(f"{API}/{key}/{move}", headers=headers)
        assert (answer.status_code, (answer.json or {})["status"]) == (200, status)
    refused = client.post(f"{API}/{key}/start", headers=headers)
    assert (refused.status_code, (refused.json or {})["code"]) == (409, "wrong-status")


# --- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件中没有数据"),
        ("姓名\n张小山".encode(), "缺少“证件号码”列。"),
        (b"PK\x03\x04 broken", "无法读取此文件"),
        (b"\xff\xfe\xff\xff\xff", "无法"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_file(
    page: FlaskClient, content: bytes, sentence: str
) -> None:
    given = {"region_code": str(make.NORTH), "file": (io.BytesIO(content), "名单.csv")}
    answer = page.post("/office/imports/new", data=given)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'href="#f-file"' in answer.text


def test_a_file_must_be_chosen(page: FlaskClient) -> None:
    answer = page.post("/office/imports/new", data={"region_code": str(make.NORTH)})
    assert answer.status_code == 422
    assert "请选择文件。" in answer.text


def test_the_api_says_it_by_field(client: FlaskClient, headers: dict[str, str]) -> None:
    given = {"region_code": str(make.NORTH), "file": (io.BytesIO("姓名\n张小山".encode()), "名单.csv")}
    answer = client.post(API, data=given, headers=headers)
    assert answer.status_code == 422
    assert answer.json
    assert [each["code"] for each in answer.json["errors"]["file"]] == [
        "no-column-document-number",
        "no-column-region-code",
        "no-column-political-status",
    ]
    assert client.post(API, data={"region_code": str(make.NORTH)}, headers=headers).status_code == 422


def asked(client: FlaskClient, key: str, **given: Any) -> dict[str, int]:
    """What every address of an import answers."""
    addresses = [f"/office/imports/{key}{rest}" for rest in ("", "/progress", "/report.csv", "/report.xlsx")]
    found = {address: client.get(address, **given).status_code for address in addresses}
    found |= {
        f"{API}/{key}{rest}": client.get(f"{API}/{key}{rest}", **given).status_code
        for rest in ("", "/problems")
    }
    for move in ("start", "pause", "resume", "cancel"):
        for address in (f"/office/imports/{key}/{move}", f"{API}/{key}/{move}"):
            found[address] = client.post(address, **given).status_code
    return found


def test_a_stranger_of_another_county_finds_nothing(app: Flask, page: FlaskClient) -> None:
    key = upload(page)
    with app.app_context():
        stranger = make.officer(Role.COMMUNITY_WORKER, make.SOUTH)
        there, token = browser(app, stranger), bearer(stranger)
    assert set(asked(there, key, headers=token).values()) == {404}
    assert there.get(f"/office/imports/template.csv?region={make.NORTH}").status_code == 404
    refused = there.post("/office/imports/new", data=form())
    assert refused.status_code == 404


def test_who_has_no_such_right_is_refused(app: Flask, page: FlaskClient) -> None:
    key = upload(page)
    with app.app_context():
        auditor = make.officer(Role.AUDITOR)
        there, token = browser(app, auditor), bearer(auditor)
    assert set(asked(there, key, headers=token).values()) == {403}
    assert there.get("/office/imports").status_code == there.get("/office/imports/new").status_code == 403
    nobody = app.test_client()
    assert set(asked(nobody, key).values()) == {302, 401}


# --- files ------------------------------------------------------------------------------------------


def table(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_report_can_be_downloaded(app: Flask, page: FlaskClient) -> None:
    key = upload(page)
    work_on(app)
    answer = page.get(f"/office/imports/{key}/report.csv")
    assert answer.mimetype == "text/csv"
    assert table(answer) == [
        ["行", "列", "问题", "正确写法"],
        ["3", "姓名", "请按身份证填写姓名，不含数字和符号。", "与证件一致的姓名，不含数字和符号。"],
        ["5", "证件号码", "与第 4 行的证件重复。", "与证件一致的号码，单元格设为文本格式；身份证为18位。"],
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(page.get(f"/office/imports/{key}/report.xlsx").data)).active
    assert sheet is not None
    cells = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == table(answer)


def test_the_report_holds_nothing_personal(app: Flask, page: FlaskClient) -> None:
    key = upload(page)
    work_on(app)
    text = page.get(f"/office/imports/{key}/report.csv").data.decode()
    shown = page.get(f"/office/imports/{key}").text
    for row in ROWS[1:]:
        for secret in (row[1], row[2]):
            assert secret not in text
            assert secret not in shown


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_downloaded(page: FlaskClient, kind: str) -> None:
    answer = page.get(f"/office/imports/template.{kind}?region={make.NORTH}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "filename" in answer.headers["Content-Disposition"]


def test_the_path_of_a_file_is_left_out(app: Flask, page: FlaskClient) -> None:
    upload(page, name="C:/Users/somebody/名单.csv")
    assert work_on(app).file_name == "名单.csv"


def test_progress_in_numbers(page: FlaskClient) -> None:
    key = upload(page)
    told = page.get(f"/office/imports/{key}/progress").json
    assert told
    assert (told["status"], told["handled"], told["rows"], told["told"]) == ("checking", 0, 4, "0 / 4")


# --- consents at the office -------------------------------------------------------------------------


def test_signed_consents_are_recorded_on_the_persons_page(app: Flask, page: FlaskClient) -> None:
    with app.app_context():
        files.imported(make.officer(), files.csv_bytes(files.people(1)))
        [row] = queries.persons(SYSTEM).items
        person = f"/office/volunteers/{row.key}"
    assert "尚未同意任何事项。" in page.get(person).text
    refused = page.post(f"{person}/approve", data={"method": "in_person"})
    assert (refused.status_code, "不能注册" in refused.text) == (422, True)
    assert page.post(f"{person}/record-consents", data={}).status_code == 422
    done = page.post(
        f"{person}/record-consents", data={"purposes": ["privacy", "sensitive"]}, follow_redirects=True
    )
    assert "签字同意已记录。" in done.text
    assert page.post(f"{person}/approve", data={"method": "in_person"}).status_code == 302


def test_the_person_is_told_that_the_consent_is_open(app: Flask, clerk: Actor) -> None:
    with app.app_context():
        files.imported(clerk, files.csv_bytes(files.people(1)))
        [row] = queries.persons(SYSTEM).items
        there = browser(app, make.actor_of_volunteer(row.key))
    shown = there.get("/register/status").text
    assert "有一项同意尚未作出" in shown
