"""Series, changes, the wait-list, invitations and no-shows as JSON."""

from __future__ import annotations

from typing import Any

from timebank.attendance.queries import AbsenceRow, absences
from timebank.attendance.usecases import note_absence
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.memberships.usecases import count_invitation
from timebank.projects import queries, usecases
from timebank.projects.queries import AppealCard, ShiftCard
from timebank.projects.rules import SignUpStatus
from timebank.projects.usecases import Decided, Invited
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import PageQuery, page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.projects.api import api
from timebank.web.projects.schemas import NewSeriesSchema, ShiftSchema
from timebank.web.projects.sign_up_schemas import (
    AbsenceSchema,
    AbsencesQuery,
    AppealDecisionSchema,
    CancelShiftSchema,
    ChangedSchema,
    ChangesSchema,
    DaysSchema,
    InvitationsSchema,
    InvitedListSchema,
    InvitedNumberSchema,
    KeysSchema,
    NoShowAppealSchema,
    PostChangesSchema,
    RefusedSignUpsSchema,
    RuleSchema,
    ShiftAppealSchema,
    SignUpChannelSchema,
    SignUpDecisionsSchema,
    SignUpsSchema,
    StatusSchema,
    TakingBackSchema,
    TeamSchema,
    WishSchema,
)

__all__ = ["api"]
AbsencePage = page_schema(AbsenceSchema)
AppealPage = page_schema(ShiftAppealSchema)


@api.post("/projects/<key:project>/shift-series/preview")
@api.arguments(RuleSchema)
@api.response(200, DaysSchema)
def preview(given: dict[str, Any], project: Key) -> dict[str, Any]:
    """The dates that a recurrence names; nothing is added."""
    left_out = tuple(given.pop("left_out"))
    return {"dates": queries.preview(current_actor(), project, left_out=left_out, **given)}


@api.post("/projects/<key:project>/shift-series")
@api.arguments(NewSeriesSchema)
@api.response(201, KeysSchema)
def add_series(given: dict[str, Any], project: Key) -> dict[str, Any]:
    """Add a shift for each date of a recurrence; wall times stay when the clocks are changed."""
    return act_once(
        usecases.add_series, lambda keys: {"items": [str(key) for key in keys]}, project=project, **given
    )


@api.put("/shifts/<key:shift>")
@api.arguments(ChangesSchema)
@api.response(200, ChangedSchema)
def edit_shift(given: dict[str, Any], shift: Key) -> dict[str, list[Key]]:
    """Change a shift that has not begun, or it with those of its series that follow."""
    reason = given.pop("reason")
    if given.pop("following"):
        done = act(usecases.edit_following, shift=shift, **given)
        return {"changed": done.changed, "kept": done.kept}
    act(usecases.edit_shift, shift=shift, reason=reason, **given)
    return {"changed": [shift], "kept": []}


@api.put("/shifts/<key:shift>/posts/<key:post>")
@api.arguments(PostChangesSchema)
@api.response(200, ShiftSchema)
def edit_post(given: dict[str, Any], shift: Key, post: Key) -> ShiftCard:
    """Change name, duty and prerequisites of a post as long as its shift is not over; places are kept.

    With `following` also the posts of its name in the later shifts of the series.
    """
    act(usecases.edit_post, shift=shift, post=post, **given)
    return queries.shift_card(current_actor(), shift)


@api.post("/shifts/<key:shift>/cancel")
@api.arguments(CancelShiftSchema)
@api.response(200, ShiftSchema)
def cancel_shift(given: dict[str, Any], shift: Key) -> ShiftCard:
    """Cancel a shift that has not begun; who signed up reads the reason."""
    act(usecases.cancel_shift, shift=shift, **given)
    return queries.shift_card(current_actor(), shift)


@api.post("/shifts/<key:shift>/sign-ups/approve")
@api.arguments(SignUpsSchema)
@api.response(200, SignUpDecisionsSchema)
def approve_sign_ups(given: dict[str, Any], shift: Key) -> dict[str, list[Decided]]:
    """Accept applications in the order given; beyond the last place they wait."""
    return {"items": act(usecases.approve_sign_ups, shift=shift, **given)}


@api.post("/shifts/<key:shift>/sign-ups/refuse")
@api.arguments(RefusedSignUpsSchema)
@api.response(200, SignUpDecisionsSchema)
def refuse_sign_ups(given: dict[str, Any], shift: Key) -> dict[str, list[Decided]]:
    """Refuse applications, and those who wait, with a reason."""
    return {"items": act(usecases.refuse_sign_ups, shift=shift, **given)}


@api.post("/shifts/<key:shift>/invitations")
@api.arguments(InvitationsSchema)
@api.response(200, InvitedListSchema)
def invite_volunteers(given: dict[str, Any], shift: Key) -> dict[str, list[Invited]]:
    """Invite volunteers by their numbers; nothing happens without their own yes."""
    count_for(shift)
    return {"items": act(usecases.invite_volunteers, shift=shift, **given)}


@api.post("/shifts/<key:shift>/invitations/team")
@api.arguments(TeamSchema)
@api.response(200, InvitedNumberSchema)
def invite_team(given: dict[str, Any], shift: Key) -> dict[str, int]:
    """Invite every active member of one's team."""
    return {"invited": act(usecases.invite_team, shift=shift, **given)}


@api.post("/sign-ups/<key:sign_up>/accept")
@api.arguments(WishSchema, required=False)
@api.response(200, StatusSchema)
def accept_place(given: dict[str, Any], sign_up: Key) -> dict[str, SignUpStatus]:
    """Say yes to an offered place or to an invitation."""
    return {"status": act(usecases.accept_place, sign_up=sign_up, **given)}


@api.post("/sign-ups/<key:sign_up>/decline")
@api.arguments(SignUpChannelSchema, required=False)
@api.response(204)
def decline_place(given: dict[str, Any], sign_up: Key) -> None:
    """Say no to an offered place or to an invitation."""
    act(usecases.decline_place, sign_up=sign_up, **given)


@api.get("/shifts/<key:shift>/absences")
@api.arguments(AbsencesQuery, location="query")
@api.response(200, AbsencePage)
def shift_absences(given: dict[str, Any], shift: Key) -> Page[AbsenceRow]:
    """Who had a place and has no check-in, or was noted, for the organizer of a shift that is over."""
    return absences(current_actor(), shift, **given).rows


@api.post("/sign-ups/<key:sign_up>/no-show")
@api.response(200, StatusSchema)
def note_no_show(sign_up: Key) -> dict[str, SignUpStatus]:
    """Note that somebody with a place did not come; not where there is a visit. The person can object."""
    act(note_absence, sign_up=sign_up)
    return {"status": SignUpStatus.NO_SHOW}


@api.post("/sign-ups/<key:sign_up>/no-show/take-back")
@api.arguments(TakingBackSchema)
@api.response(200, StatusSchema)
def take_no_show_back(given: dict[str, Any], sign_up: Key) -> dict[str, SignUpStatus]:
    """Take a no-show back with a reason that the person reads; it is not noted again."""
    act(usecases.take_no_show_back, sign_up=sign_up, **given)
    return {"status": SignUpStatus.EXCUSED}


@api.post("/sign-ups/<key:sign_up>/appeal")
@api.arguments(NoShowAppealSchema)
@api.response(201, StatusSchema)
def appeal_no_show(given: dict[str, Any], sign_up: Key) -> dict[str, str]:
    """Object to being noted as not having come."""
    act(usecases.appeal_no_show, sign_up=sign_up, **given)
    return {"status": "waiting"}


@api.get("/no-show-appeals")
@api.arguments(PageQuery, location="query")
@api.response(200, AppealPage)
def appeals(given: dict[str, Any]) -> Page[AppealCard]:
    """Appeals that wait, of one's organisations and regions."""
    return queries.appeals_to_decide(current_actor(), **given)


@api.post("/no-show-appeals/<key:appeal>/decide")
@api.arguments(AppealDecisionSchema)
@api.response(204)
def decide_appeal(given: dict[str, Any], appeal: Key) -> None:
    """Decide an appeal; not for who noted the no-show."""
    act(usecases.decide_appeal, appeal=appeal, **given)


def count_for(shift: Key) -> None:
    """Count an invitation for the organisation whose shift it is; TooMany for who tries numbers out."""
    card = queries.shift_card(current_actor(), shift)
    act(count_invitation, organization=card.organization)
