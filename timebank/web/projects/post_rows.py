"""Posts in the form of a shift: rows that are added and removed, with a script or by the server."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields

from timebank.projects.rules import LONGEST_DUTY, LONGEST_POST_NAME, MOST_POSTS, PostSaid, Prerequisites
from timebank.web.kit.fields import ApiSchema, Text
from timebank.web.kit.forms import Errors, Values

PARTS = ("name", "capacity", "duty", "skill")
NUMBER = re.compile("[0-9]{1,2}")
ADD, REMOVE = "add_post", re.compile("remove_post_([0-9]{1,2})")
"""What the buttons beside rows say as `step`."""


def _rows() -> dict[str, fields.Field[Any]]:
    found: dict[str, fields.Field[Any]] = {}
    for row in range(1, MOST_POSTS + 1):
        found[f"post_name_{row}"] = Text(0, LONGEST_POST_NAME, load_default="")
        found[f"post_capacity_{row}"] = fields.Integer(load_default=None)
        found[f"post_duty_{row}"] = Text(0, LONGEST_DUTY, load_default=None)
        found[f"post_skill_{row}"] = Text(0, 40, load_default=None)
    return found


PostRows: Any = ApiSchema.from_dict(_rows(), name="PostRowsSchema")


def posts_of(data: dict[str, Any]) -> tuple[PostSaid, ...]:
    """Takes the posts out of what was loaded. Raises ValidationError for a row without a name."""
    found: list[PostSaid] = []
    for row in range(1, MOST_POSTS + 1):
        name, places, duty, skill = (data.pop(f"post_{part}_{row}") for part in PARTS)
        if name:
            asked = Prerequisites(skills=(skill,) if skill else ())
            found.append(PostSaid(name, places or 0, duty, asked))
        elif places is not None or duty or skill:
            raise ValidationError("required", f"post_name_{row}")
    return tuple(found)


def rows_shown(values: Values, asked: str | None) -> int:
    """How many rows the form shows: as many as asked for, all that hold something, and at least one."""
    wanted = int(asked) if asked and NUMBER.fullmatch(asked) else 1
    filled = [row for row in range(1, MOST_POSTS + 1) if _holds(values, row)]
    return min(MOST_POSTS, max(1, wanted, *filled))


def speaks_of_posts(values: Values, errors: Errors) -> bool:
    """Whether anything was said of posts, or is wrong with them."""
    return any(name == "posts" or name.startswith("post_") for name in (*values, *errors))


def is_step(step: str | None) -> bool:
    """Whether a button beside the rows was pressed."""
    return step is not None and (step == ADD or REMOVE.fullmatch(step) is not None)


def changed(values: Values, step: str, rows: int) -> tuple[Values, int, int]:
    """The form after such a button: its values, how many rows it shows, and the row to go on with."""
    removed = REMOVE.fullmatch(step)
    if removed is None:
        count = min(MOST_POSTS, rows + 1)
        return values, count, count
    at = int(removed[1])
    if not 1 <= at <= rows:
        return values, rows, rows
    rest = {name: value for name, value in values.items() if not name.startswith("post_")}
    for row in range(1, rows + 1):
        if row != at:
            rest |= _moved(values, row, row - (row > at))
    count = max(1, rows - 1)
    return rest, count, min(at, count)


def _holds(values: Values, row: int) -> bool:
    return any(f"post_{part}_{row}" in values for part in PARTS)


def _moved(values: Values, row: int, to: int) -> Values:
    names = ((f"post_{part}_{row}", f"post_{part}_{to}") for part in PARTS)
    return {new: values[old] for old, new in names if old in values}
