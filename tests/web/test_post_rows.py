"""Posts in the form of a shift: as many rows as one wants, also without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.support.clock import FakeClock
from tests.web.test_projects import ENGLISH, SHIFT_FORM, Scene
from timebank.projects.rules import MOST_POSTS

TEA = {"post_name_1": "茶水台", "post_capacity_1": "2", "post_duty_1": "添水"}
DESK = {"post_name_2": "登记台", "post_capacity_2": "3", "post_skill_2": "first_aid"}


@pytest.fixture
def scene(app: Flask, clock: FakeClock) -> Scene:
    return Scene(app)


OPEN_POSTS = re.compile(r"<details[^>]* open[^>]*>\s*<summary>(?:(?!</summary>).)*Posts", re.DOTALL)


class Form:
    """The form of a shift of a new project, in a browser without scripts."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.key = scene, scene.draft()
        self.browser = scene.pages(scene.organizer)
        self.address = f"/organize/projects/{self.key}/shifts/new"

    def send(self, **given: str) -> Any:
        data = {**SHIFT_FORM, "capacity": "", **given}
        return self.browser.post(self.address, data=data, headers=ENGLISH)

    def rows(self, page: str) -> list[str]:
        """The names in the rows that are shown."""
        shown = page.partition("<template")[0]
        fields = re.findall(r'<input[^>]* name="post_name_\d+"[^>]*>', shown)
        return [found[1] if (found := re.search(r'value="([^"]*)"', field)) else "" for field in fields]

    def posts(self) -> list[tuple[str, int]]:
        (shift,) = self.scene.api(self.scene.organizer, "GET", f"/projects/{self.key}").json["shifts"]
        return [(post["name"], post["capacity"]) for post in shift["posts"]]


def test_rows_are_added_and_nothing_gets_lost(scene: Scene) -> None:
    form = Form(scene)
    assert form.rows(form.browser.get(form.address).text) == [""]
    page = form.send(**TEA, step="add_post", post_rows="1", bring="雨衣")
    assert page.status_code == 200
    assert form.rows(page.text) == ["茶水台", ""]
    for kept in ('value="雨衣"', 'value="添水"', 'value="上午场"', 'name="post_rows" value="2"'):
        assert kept in page.text, kept
    empty = form.send(step="add_post", post_rows="3")
    assert form.rows(empty.text) == [""] * 4
    assert form.send(**TEA, **DESK).status_code == 302
    assert form.posts() == [("茶水台", 2), ("登记台", 3)]


def test_a_row_is_removed_and_those_below_move_up(scene: Scene) -> None:
    form = Form(scene)
    page = form.send(**TEA, **DESK, step="remove_post_1", post_rows="3").text
    assert form.rows(page) == ["登记台", ""]
    assert re.search(r'name="post_capacity_1"[^>]* value="3"', page)
    assert re.search(r'<option value="first_aid" selected>', page)
    assert form.rows(form.send(**TEA, step="remove_post_1", post_rows="1").text) == [""]
    for wrong in ("remove_post_9", "remove_post_0"):
        assert form.rows(form.send(**TEA, step=wrong, post_rows="1").text) == ["茶水台"]


def test_there_is_an_end_to_rows(scene: Scene) -> None:
    form = Form(scene)
    page = form.send(step="add_post", post_rows=str(MOST_POSTS - 1)).text
    assert len(form.rows(page)) == MOST_POSTS
    assert re.search(r'<button[^>]* value="add_post"[^>]* hidden', page)
    for count in ("99", "-3", "many", "²", "9" * 5000):
        assert 1 <= len(form.rows(form.send(step="add_post", post_rows=count).text)) <= MOST_POSTS


def test_what_is_wrong_stands_in_its_row(scene: Scene) -> None:
    form = Form(scene)
    page = form.send(**TEA, post_capacity_3="4", post_rows="3")
    assert page.status_code == 422
    assert 'id="post_name_3-error"' in page.text
    assert form.rows(page.text) == ["茶水台", "", ""]
    assert OPEN_POSTS.search(page.text)
    page = form.send(**TEA, post_name_2="登记台", post_capacity_2="three")
    assert 'id="post_capacity_2-error"' in page.text
    other = form.send(repeats="MONTHLY", step="preview")
    assert other.status_code == 422
    assert not OPEN_POSTS.search(other.text)
    nameless = form.send(post_duty_1="添水")
    assert OPEN_POSTS.search(nameless.text)
    many = {f"post_name_{row}": f"岗位{row}" for row in range(1, MOST_POSTS + 1)}
    places = {f"post_capacity_{row}": "1" for row in range(1, MOST_POSTS + 1)}
    assert form.send(**many, **places).status_code == 302
    assert len(form.posts()) == MOST_POSTS


def test_enter_adds_the_shift_and_no_row(scene: Scene) -> None:
    """A browser presses the first button of a form."""
    page = Form(scene)
    text = page.browser.get(page.address).text.partition("<main")[2]
    form = text[text.index('<form method="post"') :]
    first = re.search(r"<button[^>]*>", form)
    assert first
    assert "name=" not in first[0]
