"""Region and figure files through the use-cases: counts, every fault with its line, repetition, rehearsal."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_regions as make
from timebank.kernel.db import session
from timebank.kernel.errors import Forbidden, NotFound
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Grant, Role
from timebank.kernel.work import perform
from timebank.regions import queries
from timebank.regions.models import Region, RegionFigure
from timebank.regions.queries import FigureCard, RegionCard
from timebank.regions.usecases import ChangedFigure, import_figures, import_regions

pytestmark = pytest.mark.usefixtures("app_context")

TREE = [
    "511102001001,高墩子社区居委会,village,511102001000",
    "511102001000,泊水街道,township,511102000000",
    "511100000000,乐山市,city,510000000000",
    "511102000000,市中区,county,511100000000",
    "510000000000,四川省,province,",
]
"""Leaves first, on purpose."""
SOMEBODY = Key(511102, UUID(int=1))


def levels() -> dict[str, int]:
    rows = session().execute(select(Region.level, func.count()).group_by(Region.level))
    return {level: count for level, count in rows}


def events(name: str) -> list[dict[str, object]]:
    return list(session().scalars(select(Event.data).where(Event.name == name)))


def test_leshan_has_its_regions() -> None:
    done, refused = make.regions_from(make.LESHAN)
    assert (done.read, done.added, done.changed, refused) == (1516, 1516, 0, [])
    assert levels() == {"province": 1, "city": 1, "county": 11, "township": 132, "village": 1371}
    urban = select(func.count()).where(Region.setting == "urban")
    assert session().scalar(urban) == 264
    assert session().scalar(select(func.count()).where(Region.setting == "rural")) == 1371 - 264


def test_the_same_file_again_changes_nothing() -> None:
    make.regions_from(make.LESHAN)
    done, _ = make.regions_from(make.LESHAN)
    assert (done.read, done.added, done.changed, done.refused) == (1516, 0, 0, 0)
    # both at one instant of the test's clock, so their ids have no order
    assert sorted(each["added"] for each in events("regions.imported")) == [0, 1516]


def test_levels_may_come_in_any_order() -> None:
    done, refused = make.regions_from(TREE)
    assert (done.added, refused) == (5, [])
    assert queries.full_name(511102001001) == "四川省乐山市市中区泊水街道高墩子社区居委会"


def test_a_changed_name_is_taken_over() -> None:
    make.regions_from(TREE)
    done, _ = make.regions_from([TREE[1].replace("泊水街道", "泊水新街道")])
    assert (done.added, done.changed) == (0, 1)
    assert queries.names([511102001000]) == {511102001000: "泊水新街道"}


def test_a_rehearsal_keeps_nothing() -> None:
    done, _ = make.regions_from(TREE, check=True)
    assert done.added == 5
    assert levels() == {}
    assert events("regions.imported") == []


def test_every_bad_row_is_reported_with_its_line_and_the_rest_is_loaded() -> None:
    bad = [
        "511102001001,第二个同码社区,village,511102001000",
        "511102001002,无父,village,",
        "511102001003,自己为父,village,511102001003",
        "511102001004,层级不符,county,511102001000",
        "511102001005,未知层级,hamlet,511102001000",
        "511199001001,没有这个街道,village,511199001000",
        "51110200100,少一位,village,511102001000",
        "511102001006,,village,511102001000",
        "511102001007,别处,village,511111001000",
        "511102001000,街道自为父,township,511102001000",
    ]
    done, refused = make.regions_from([*TREE, *bad])
    assert (done.read, done.added, done.refused) == (15, 5, 10)
    assert [(each.line, each.code, each.faults) for each in refused] == [
        (7, "511102001001", ("duplicate-code",)),
        (8, "511102001002", ("bad-parent",)),
        (9, "511102001003", ("self-parent",)),
        (10, "511102001004", ("level-does-not-fit",)),
        (11, "511102001005", ("unknown-level",)),
        (12, "511199001001", ("unknown-parent",)),
        (13, "51110200100", ("bad-code",)),
        (14, "511102001006", ("bad-name",)),
        (15, "511102001007", ("bad-parent",)),
        (16, "511102001000", ("duplicate-code", "self-parent")),
    ]
    assert done.faults["duplicate-code"] == 2
    assert done.examples == tuple(refused)


def test_what_hangs_on_a_refused_row_is_refused_too() -> None:
    orphans = [line for line in TREE if "511102000000,市中区" not in line]
    done, refused = make.regions_from(orphans)
    assert done.added == 2
    assert [(each.line, each.faults) for each in refused] == [
        (2, ("unknown-parent",)),
        (3, ("unknown-parent",)),
    ]


def test_of_one_code_the_first_row_that_can_be_taken_counts() -> None:
    orphan = "511102001001,父未知,village,511102999000"
    _, refused = make.regions_from([orphan, *TREE])
    assert queries.names([511102001001]) == {511102001001: "高墩子社区居委会"}
    assert [(each.line, each.faults) for each in refused] == [(2, ("bad-parent", "duplicate-code"))]


def test_the_nations_own_defects(app_context: Flask) -> None:
    """The sample keeps the nation's four codes that occur twice or thrice, with all that lies under them."""
    done, refused = make.regions_from(make.NATIONAL_SAMPLE)
    assert (done.read, done.added, done.refused) == (961, 956, 5)
    wrong = ("duplicate-code", "level-does-not-fit", "self-parent")
    assert [(each.line, each.code, each.faults) for each in refused] == [
        (377, "441900000000", wrong),
        (378, "442000000000", wrong),
        (379, "460400000000", wrong),
        (399, "350527000000", wrong),
        (569, "350527000000", wrong),
    ]
    towns = queries.children(441900000000)
    assert {town.level for town in towns} == {"township"}
    again, _ = make.regions_from(make.NATIONAL_SAMPLE)
    assert (again.added, again.changed, again.refused) == (0, 0, 5)


def test_only_whoever_keeps_the_nations_tree_may_load_it() -> None:
    local = Actor(user=SOMEBODY, grants=(Grant(Role.OPERATOR, 511100000000),))
    with pytest.raises(NotFound):
        perform(local, import_regions, lines=list)
    with pytest.raises(Forbidden):
        perform(
            Actor(user=SOMEBODY, grants=(Grant(Role.AUDITOR, 0),)),
            import_figures,
            lines=list,
            year=2020,
            source="x",
        )


def test_figures_keep_source_and_year() -> None:
    make.regions_from(make.LESHAN)
    done, refused = make.figures_from(make.LESHAN_FIGURES)
    assert (done.read, done.added, refused) == (13, 13, [])
    assert queries.figure(511102000000, "residents", 2026) == FigureCard(814597, 2020, make.SOURCE)
    assert queries.figure(511102000000, "residents", 2019) is None
    assert queries.figure(511102000000, "party_members", 2026) is None
    assert queries.figure(511102001000, "residents", 2026) is None


def test_figures_again_change_nothing_and_a_corrected_one_says_so() -> None:
    make.regions_from(TREE)
    make.figures_from(["511102000000,814597", "511100000000,3160168"])
    done, _ = make.figures_from(["511102000000,814598", "511100000000,3160168"])
    assert (done.added, done.changed) == (0, 1)
    assert done.changes == (ChangedFigure(511102000000, "residents", 814597, 814598),)
    again, _ = make.figures_from(["511102000000,814598"])
    assert (again.added, again.changed, again.changes) == (0, 0, ())


def test_a_later_year_stands_beside_the_earlier_one() -> None:
    make.regions_from(TREE)
    make.figures_from(["511102000000,814597"])
    make.figures_from(["511102000000,820000"], year=2025, source="统计公报")
    assert queries.figure(511102000000, "residents", 2024) == FigureCard(814597, 2020, make.SOURCE)
    assert queries.figure(511102000000, "residents", 2026) == FigureCard(820000, 2025, "统计公报")


def test_bad_figures_are_reported_and_party_members_are_optional() -> None:
    make.regions_from(TREE)
    columns = ("code", "residents", "party_members")
    lines = [
        "511102000000,814597,40000",
        "511100000000,3160168,",
        "999999000000,1,1",
        "510000000000,many,",
        "51,1,1",
        "511102000000,5,5",
    ]
    done, refused = make.figures_from(lines, columns)
    assert (done.read, done.added) == (6, 3)
    assert [(each.line, each.code, each.faults) for each in refused] == [
        (4, "999999000000", ("unknown-region",)),
        (5, "510000000000", ("bad-figure",)),
        (6, "51", ("bad-code",)),
        (7, "511102000000", ("duplicate-code",)),
    ]
    assert session().scalar(select(func.count()).select_from(RegionFigure)) == 3


def test_the_tree_can_be_walked() -> None:
    make.regions_from(TREE)
    assert queries.region(511102001001) == RegionCard(
        511102001001, "高墩子社区居委会", "village", 511102001000, "urban"
    )
    assert queries.region(511102009999) is None
    assert [each.name for each in queries.children(None)] == ["四川省"]
    assert [each.code for each in queries.children(511102000000)] == [511102001000]
    assert [each.name for each in queries.path(511102000000)] == ["四川省", "乐山市", "市中区"]
    assert queries.path(511102009999) == []
