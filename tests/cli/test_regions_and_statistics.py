"""The commands for regions, figures, targets and statistics, as somebody types them."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.support import make_regions as make

Cli = Callable[..., Result]
CITY = "511100000000"


@pytest.fixture
def leshan(cli: Cli) -> None:
    for arguments in (
        ("regions", "import", str(make.LESHAN)),
        ("figures", "import", str(make.LESHAN_FIGURES), "--year", "2020", "--source", make.SOURCE),
        ("targets", "import", str(make.LESHAN_TARGETS)),
    ):
        assert cli(*arguments).exit_code == 0


def test_leshans_regions(cli: Cli) -> None:
    first = cli("regions", "import", str(make.LESHAN))
    assert (first.exit_code, first.stdout) == (
        0,
        "regions: 1516 rows read, 1516 added, 0 changed, 0 refused\n",
    )
    again = cli("regions", "import", str(make.LESHAN))
    assert "1516 rows read, 0 added, 0 changed, 0 refused" in again.stdout


def test_the_nations_defects_are_told_and_reported(cli: Cli, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    done = cli("regions", "import", str(make.NATIONAL_SAMPLE), "--report", str(report))
    assert done.exit_code == 0
    assert "961 rows read, 956 added, 0 changed, 5 refused" in done.stdout
    assert "refused: self-parent 5" in done.stdout
    assert "line 377: 441900000000: duplicate-code, level-does-not-fit, self-parent" in done.stderr
    with open(report, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["line"] for row in rows] == ["377", "378", "379", "399", "569"]
    assert {row["reason"] for row in rows} == {"duplicate-code level-does-not-fit self-parent"}


def test_a_rehearsal_says_so_and_keeps_nothing(cli: Cli) -> None:
    done = cli("regions", "import", str(make.LESHAN), "--check")
    assert "1516 added" in done.stdout
    assert "nothing kept" in done.stdout
    assert "1516 added" in cli("regions", "import", str(make.LESHAN)).stdout


@pytest.mark.usefixtures("leshan")
def test_figures_say_what_changed_and_what_has_no_region(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text("﻿residents,code,more\n814598,511102000000,x\n9,999999000000,x\n", encoding="utf-8")
    done = cli("figures", "import", str(file), "--year", "2020", "--source", make.SOURCE)
    assert done.exit_code == 0
    assert "2 rows read, 0 added, 1 changed, 1 refused" in done.stdout
    assert "changed: 511102000000 residents 814597 -> 814598" in done.stdout
    assert "line 3: 999999000000: unknown-region" in done.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name,level\n", "has no column code, parent_code"),
        ("code,name,level,parent_code\n510000000000,四川省,province,\n".encode("gb18030"), "is not UTF-8"),
        (b"", "has no column"),
        (b"code,name,level,parent_code\nx,y,z,\n", "No row of the file could be taken"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_a_sentence(
    cli: Cli, tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    done = cli("regions", "import", str(file))
    assert done.exit_code == 1
    assert told in done.stderr
    assert done.stderr.count("\n") <= 2


def test_a_broken_archive_is_refused_and_nothing_is_kept(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "cut.csv.gz"
    file.write_bytes(gzip.compress(gzip.decompress(make.LESHAN.read_bytes()))[:-2000])
    done = cli("regions", "import", str(file))
    assert done.exit_code == 1
    assert "cannot be read" in done.stderr
    assert "1516 added" in cli("regions", "import", str(make.LESHAN)).stdout


def test_a_report_that_cannot_be_written_stops_the_import(cli: Cli, tmp_path: Path) -> None:
    done = cli("regions", "import", str(make.LESHAN), "--report", str(tmp_path / "nowhere" / "x.csv"))
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr
    assert "1516 added" in cli("regions", "import", str(make.LESHAN)).stdout


@pytest.mark.usefixtures("leshan")
def test_statistics_are_shown_after_the_job_ran(cli: Cli) -> None:
    early = cli("statistics", "show", CITY, "--language", "en")
    assert early.exit_code == 1
    assert "have not been computed" in early.stderr
    assert cli("jobs", "run", "indicators", "--on", "2026-11-20").exit_code == 0
    shown = cli("statistics", "show", CITY, "--language", "en").stdout
    assert "四川省/乐山市  2026  2026-11-20" in shown
    assert "0% / 13% (乐市民政发〔2018〕28号, 2020-12-31)  -410,822  [0 / 3,160,168" in shown
    assert "no figure / 80%" in shown
    found = json.loads(cli("statistics", "show", CITY, "--json").stdout)
    assert [each["missing"] for each in found["indicators"]] == [410822, None, 948051]


@pytest.mark.usefixtures("leshan")
@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_statistics_are_exported(cli: Cli, tmp_path: Path, form: str) -> None:
    cli("jobs", "run", "indicators", "--on", "2026-11-20")
    file = tmp_path / f"x.{form}"
    done = cli("statistics", "export", CITY, "--period", "2026", "--format", form, "-o", str(file), "--all")
    assert done.exit_code == 0
    assert file.stat().st_size > 10_000


@pytest.mark.usefixtures("leshan")
def test_an_export_that_cannot_be_is_a_sentence(cli: Cli, tmp_path: Path) -> None:
    there = ("--format", "csv", "-o", str(tmp_path / "x.csv"), "--language", "en")
    assert "no such region" in cli("statistics", "export", "99", "--period", "2026", *there).stderr
    assert "have not been computed" in cli("statistics", "export", CITY, "--period", "2019", *there).stderr


def test_targets_with_bad_rows_are_told(cli: Cli) -> None:
    done = cli("targets", "import", str(make.LESHAN_TARGETS))
    assert done.exit_code == 1
    assert "3 rows read, 0 added, 0 changed, 3 refused" in done.stdout
    assert "line 2: unknown-region" in done.stderr
