"""Forms of a shift: what it asks, its places, and how it recurs."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast

from marshmallow import ValidationError, fields, post_load, validate

from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.projects.queries import PostCard, ShiftCard
from timebank.projects.rules import (
    FREQUENCIES,
    LONGEST_BRING,
    LONGEST_DUTY,
    LONGEST_NOTE,
    LONGEST_POST_NAME,
    LONGEST_RULE,
    MOST_POSTS,
    WEEKDAYS,
    Attendance,
    PostTerms,
    Prerequisites,
    ShiftSaid,
    simple_rule,
)
from timebank.projects.usecases import Changes
from timebank.web.kit.fields import ApiSchema, Text
from timebank.web.projects.post_rows import PostRows, posts_of
from timebank.web.projects.schemas import ShiftNumbersSchema


class DatesField(fields.Field[list[date]]):
    """Dates in one text, apart from each other by blanks, commas or line ends."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> list[date]:
        try:
            return [date.fromisoformat(each) for each in re.split(r"[\s,，、;；]+", str(value)) if each]
        except ValueError:
            raise ValidationError("not-a-date") from None


class LinesField(fields.Field[list[str]]):
    """Texts, one a line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> list[str]:
        return [line.strip() for line in str(value).splitlines() if line.strip()]


class AskedSchema(ApiSchema):
    """What a shift or a post asks of people, flat as in a form."""

    skills = fields.List(Text(1, 40), load_default=list)
    trainings = LinesField(load_default=list)
    age_from = fields.Integer(load_default=None)
    age_to = fields.Integer(load_default=None)
    party_member = fields.Boolean(load_default=False)


class AsksSchema(AskedSchema):
    """What a shift asks and says, flat as in a form."""

    needs_approval = fields.Boolean(load_default=False)
    bring = Text(0, LONGEST_BRING, load_default=None)


def _asked(data: dict[str, Any]) -> Prerequisites:
    """Takes what is asked out of what was loaded."""
    return Prerequisites(
        skills=tuple(data.pop("skills")),
        trainings=tuple(data.pop("trainings")),
        age_from=data.pop("age_from"),
        age_to=data.pop("age_to"),
        party_member=data.pop("party_member"),
    )


class ShiftFormSchema(ShiftNumbersSchema, AsksSchema, PostRows):
    """A shift, or many by a recurrence: a first date and two times of day in the service's own zone."""

    occurs_on = fields.Date(required=True)
    starts_at = fields.Time(required=True)
    ends_at = fields.Time(required=True)
    repeats = fields.String(load_default=None, validate=validate.OneOf(FREQUENCIES))
    interval = fields.Integer(load_default=1, validate=validate.Range(1, 366))
    weekdays = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), load_default=list)
    count = fields.Integer(load_default=None, validate=validate.Range(1, 1000))
    until = fields.Date(load_default=None)
    left_out = DatesField(load_default=list)
    rule = Text(0, LONGEST_RULE, load_default=None)

    @post_load
    def _as_arguments(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        day = data.pop("occurs_on")
        zone = runtime().config.time_zone
        for name in ("starts_at", "ends_at"):
            data[name] = datetime.combine(day, data[name], zone)
        data["said"] = ShiftSaid(
            posts=posts_of(data),
            prerequisites=_asked(data),
            needs_approval=data.pop("needs_approval"),
            bring=data.pop("bring"),
        )
        return _with_rule(data)


def _places() -> dict[str, fields.Field[Any]]:
    return {f"places_{row}": fields.Integer(load_default=None) for row in range(1, MOST_POSTS + 1)}


PostPlaces: Any = ApiSchema.from_dict(_places(), name="PostPlacesFormSchema")


class SeenFormSchema(ApiSchema):
    """Which revision was seen, how far a change reaches, and what was pressed."""

    revision = fields.Integer(load_default=None)
    following = fields.Boolean(load_default=False)
    step = fields.String(load_default="save", validate=validate.OneOf(("save", "confirm", "edit")))


class ChangesFormSchema(SeenFormSchema, ShiftNumbersSchema, AsksSchema, PostPlaces):
    """What one shift says from now on, and those that follow it where that is chosen."""

    occurs_on = fields.Date(required=True)
    starts_at = fields.Time(required=True)
    ends_at = fields.Time(required=True)
    reason = Text(0, LONGEST_NOTE, load_default=None)

    @post_load
    def _as_arguments(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        beside = {name: data.pop(name) for name in ("reason", *SeenFormSchema().fields)}
        return {
            **beside,
            "places": {row: data[f"places_{row}"] for row in range(1, MOST_POSTS + 1)},
            "changes": Changes(
                title=data["title"],
                begins=data["starts_at"],
                ends=data["ends_at"],
                opens_minutes=data["opens_minutes"],
                closes_minutes=data["closes_minutes"],
                capacity=data["capacity"],
                occurs_on=None if beside["following"] else data["occurs_on"],
                needs_approval=data["needs_approval"],
                bring=data["bring"],
                prerequisites=_asked(data),
                attendance=cast(Attendance, {name: data[name] for name in Attendance.__annotations__}),
            ),
        }


class PostFormSchema(SeenFormSchema, AskedSchema):
    """What one post says from now on."""

    name = Text(1, LONGEST_POST_NAME, required=True)
    duty = Text(0, LONGEST_DUTY, load_default=None)
    revision = fields.Integer(required=True)

    @post_load
    def _as_arguments(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        asked = _asked(data)
        return {"terms": PostTerms(data.pop("name"), data.pop("duty"), asked), **data}


class CancelShiftFormSchema(ApiSchema):
    """Why a shift does not take place."""

    reason = Text(0, LONGEST_NOTE, load_default="")
    following = fields.Boolean(load_default=False)


def values_of_post(post: PostCard) -> dict[str, Any]:
    """What stands in the form of a post."""
    return {"name": post.name, "duty": post.duty, **_values_asked(post.prerequisites)}


def values_of(shift: ShiftCard) -> dict[str, Any]:
    """What stands in the form of a shift that exists."""
    zone = runtime().config.time_zone
    return {
        "title": shift.title,
        "occurs_on": shift.occurs_on.isoformat(),
        "starts_at": f"{shift.starts_at.astimezone(zone):%H:%M}",
        "ends_at": f"{shift.ends_at.astimezone(zone):%H:%M}",
        "capacity": shift.capacity,
        "opens_minutes": int((shift.starts_at - shift.opens_at).total_seconds()) // 60,
        "closes_minutes": int((shift.closes_at - shift.ends_at).total_seconds()) // 60,
        "attendance_mode": shift.terms.mode,
        "closing_policy": shift.terms.closing,
        "closing_minutes": shift.terms.minutes,
        "printed_code": shift.printed_code,
        "offers_place": shift.offers_place,
        **(asdict(shift.venue) if shift.venue else {}),
        "needs_approval": shift.needs_approval,
        "bring": shift.bring,
        **_values_asked(shift.prerequisites),
        **{f"places_{row}": post.capacity for row, post in enumerate(shift.posts, start=1)},
    }


def _values_asked(asked: Prerequisites) -> dict[str, Any]:
    return {
        "skills": list(asked.skills),
        "trainings": "\n".join(asked.trainings),
        "age_from": asked.age_from,
        "age_to": asked.age_to,
        "party_member": asked.party_member,
    }


def places_of_posts(shift: ShiftCard, given: dict[int, int | None]) -> tuple[tuple[Key, int], ...]:
    """Other numbers of places that the form says of the posts of a shift, in their order."""
    rows = enumerate(shift.posts, start=1)
    return tuple(
        (post.key, places) for row, post in rows if (places := given.get(row)) not in (None, post.capacity)
    )


def _with_rule(data: dict[str, Any]) -> dict[str, Any]:
    """Rule and dates left out where it recurs; nothing of them where it does not."""
    parts = {name: data.pop(name) for name in ("interval", "weekdays", "count", "until")}
    rule, repeats, left_out = data.pop("rule"), data.pop("repeats"), tuple(data.pop("left_out"))
    if not rule and repeats:
        rule = simple_rule(repeats, **parts)
    return {**data, "rule": rule, "left_out": left_out} if rule else data
