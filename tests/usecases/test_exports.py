"""Files of indicators, read back: CSV, XLSX and JSON hold the same rows, and run nothing."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import insert, select

from tests.support import make_people as people
from tests.support import make_statistics as make
from tests.support.make_statistics import Person
from timebank.exports.rules import Column, Format, inert
from timebank.exports.usecases import record_export
from timebank.exports.writers import Words, write
from timebank.kernel.db import session
from timebank.kernel.errors import Forbidden, Invalid, NotFound
from timebank.kernel.events import Event
from timebank.kernel.policy import SYSTEM, Role
from timebank.kernel.work import perform
from timebank.regions.models import Region, RegionFigure
from timebank.statistics.queries import extract
from timebank.statistics.rules import Indicator, TargetRow
from timebank.statistics.usecases import compute_indicators, record_target

TODAY = date(2026, 11, 21)
NAMES = {each.value: each.value.replace("_", " ") for each in Indicator}
WORDS = Words(
    is_chinese=False,
    columns={column: f"<{column}>" for column in Column},
    indicators=NAMES,
    sheets={**NAMES, "definitions": "definitions"},
    levels={name: f"<{name}>" for name in ("nation", "province", "city", "county", "township", "village")},
    notes={
        name: f"<{name}>" for name in ("title region year as_of numerator denominator period version").split()
    },
    nation="nation",
    no_figure="no figure",
)
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(autouse=True)
def _computed(app_context: Flask) -> None:
    people.region_tree()
    session().get_one(Region, people.SOUTH).name = FORMULA
    make.insert_people(session().connection(), [Person(people.NORTH_COMMUNITY)] * 3)
    row = {"kind": "residents", "year": 2020, "source": "普查", "imported_at": make.MOMENT}
    session().execute(insert(RegionFigure), [{**row, "region_code": people.NORTH, "value": 101}])
    session().commit()
    perform(SYSTEM, compute_indicators, on=TODAY)
    target = TargetRow("文件", Indicator.REGISTERED_SHARE, people.CITY, 1300, date(2020, 12, 31), "达到13%")
    perform(SYSTEM, record_target, target=target)


def written(form: Format, *, deep: bool = False) -> io.BytesIO:
    file = io.BytesIO()
    write(extract(SYSTEM, region=people.CITY, year=2026, deep=deep), form, WORDS, file)
    file.seek(0)
    return file


def csv_rows(**given: Any) -> list[dict[str, str]]:
    text = written(Format.CSV, **given).getvalue()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


def test_csv_has_a_row_for_each_region_and_indicator() -> None:
    rows = csv_rows()
    assert len(rows) == 9
    north = next(row for row in rows if row["<region_code>"] == str(people.NORTH))
    assert north == {
        "<region_code>": "511102000000",
        "<region>": "市中区",
        "<level>": "<county>",
        "<indicator>": "registered share",
        "<year>": "2026",
        "<as_of>": "2026-11-21",
        "<share>": "2.97",
        "<target>": "13.00",
        "<missing>": "11",
        "<numerator>": "3",
        "<denominator>": "101",
        "<denominator_year>": "2020",
        "<source>": "普查",
        "<excluded>": "0",
        "<document>": "文件",
        "<deadline>": "2020-12-31",
        "<definition_version>": "1",
    }


def test_without_a_figure_files_say_so() -> None:
    city = csv_rows()[0]
    assert (city["<share>"], city["<denominator>"], city["<missing>"], city["<numerator>"]) == (
        "no figure",
        "no figure",
        "no figure",
        "3",
    )
    party = csv_rows()[1]
    assert (party["<target>"], party["<missing>"]) == ("", "")


def test_names_that_look_like_formulas_stay_text() -> None:
    assert f"'{FORMULA}" in {row["<region>"] for row in csv_rows()}
    book = load_workbook(written(Format.XLSX))
    cell = book["registered share"]["B4"]
    assert (cell.value, cell.data_type) == (FORMULA, "s")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"
    assert inert(f"x{text}") == f"x{text}"


def test_excel_has_a_sheet_for_each_indicator_and_one_of_definitions() -> None:
    book = load_workbook(written(Format.XLSX))
    assert book.sheetnames == [*NAMES.values(), "definitions"]
    sheet = book["registered share"]
    heads = [cell.value for cell in sheet[1]]
    assert heads == [f"<{column}>" for column in Column]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:Q4"
    north = dict(zip(Column, (cell.value for cell in sheet[3]), strict=True))
    assert north[Column.REGION_CODE] == "511102000000"
    assert north[Column.SHARE] == 0.0297
    assert sheet["G3"].number_format == "0.00%"
    assert (north[Column.NUMERATOR], north[Column.AS_OF]) == (3, datetime(2026, 11, 21))  # noqa: DTZ001
    texts = [row[1].value for row in book["definitions"].iter_rows()]
    assert "四川省 乐山市" in texts
    assert any("Permanent residents" in str(text) for text in texts)


def test_excel_holds_the_same_rows_as_csv() -> None:
    book = load_workbook(written(Format.XLSX, deep=True))
    listed = [(row["<region_code>"], row["<indicator>"]) for row in csv_rows(deep=True)]
    sheets = {name: [cells[0].value for cells in book[name].iter_rows(min_row=2)] for name in NAMES.values()}
    assert sorted(listed) == sorted((code, name) for name, codes in sheets.items() for code in codes)


def test_json_has_null_where_there_is_no_figure_and_basis_points() -> None:
    found = json.load(written(Format.JSON))
    assert (found["region"], found["year"], found["as_of"]) == ("511100000000", 2026, "2026-11-21")
    assert [each["version"] for each in found["definitions"]] == [1, 1, 1]
    city, north = found["rows"][0], found["rows"][3]
    assert (city["share"], city["denominator"], city["level"]) == (None, None, "city")
    assert (north["share"], north["target"], north["indicator"]) == (297, 1300, "registered_share")


def test_every_export_is_recorded_with_what_was_taken() -> None:
    officer = people.officer(Role.AUTHORITY, people.CITY)
    perform(officer, record_export, region=people.NORTH, year=2026, form=Format.XLSX, deep=True)
    event = session().scalars(select(Event).where(Event.name == "statistics.exported")).one()
    assert event.data == {"region": people.NORTH, "year": 2026, "format": "xlsx", "deep": True}
    assert event.actor == str(officer.user)


def test_who_may_not_export_leaves_no_record() -> None:
    given = {"region": people.NORTH, "year": 2026, "form": Format.CSV}
    with pytest.raises(Forbidden):
        perform(people.officer(Role.COMMUNITY_WORKER, people.NORTH), record_export, **given)
    with pytest.raises(NotFound):
        perform(people.officer(Role.AUTHORITY, people.SOUTH), record_export, **given)
    assert not list(session().scalars(select(Event).where(Event.name == "statistics.exported")))


def test_a_page_may_bound_how_much_it_writes() -> None:
    with pytest.raises(Invalid) as refused:
        perform(SYSTEM, record_export, region=people.CITY, year=2026, form=Format.XLSX, deep=True, largest=5)
    assert refused.value.code == "export-too-large"
    perform(SYSTEM, record_export, region=people.CITY, year=2026, form=Format.XLSX, largest=5)
