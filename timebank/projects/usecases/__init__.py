"""Changing projects, shifts and sign-ups."""

from timebank.projects.usecases.answering import accept_place, decline_place, expire_offers
from timebank.projects.usecases.calendars import end_calendar, make_calendar
from timebank.projects.usecases.changing import Changes, Outcome, cancel_shift, edit_following, edit_shift
from timebank.projects.usecases.lifecycle import (
    approve_project,
    cancel_project,
    create_project,
    edit_project,
    return_project,
    submit_project,
)
from timebank.projects.usecases.no_shows import (
    appeal_no_show,
    decide_appeal,
    forget_reasons,
    note_absences,
)
from timebank.projects.usecases.organizing import (
    Decided,
    Invited,
    approve_sign_ups,
    invite_team,
    invite_volunteers,
    refuse_sign_ups,
)
from timebank.projects.usecases.places import own_volunteer
from timebank.projects.usecases.shifts import add_series, add_shift, mark_shift_closed
from timebank.projects.usecases.sign_ups import (
    cancel_sign_up,
    give_places_back,
    hold_sign_up,
    sign_up,
)

__all__ = [
    "Changes",
    "Decided",
    "Invited",
    "Outcome",
    "accept_place",
    "add_series",
    "add_shift",
    "appeal_no_show",
    "approve_project",
    "approve_sign_ups",
    "cancel_project",
    "cancel_shift",
    "cancel_sign_up",
    "create_project",
    "decide_appeal",
    "decline_place",
    "edit_following",
    "edit_project",
    "edit_shift",
    "end_calendar",
    "expire_offers",
    "forget_reasons",
    "give_places_back",
    "hold_sign_up",
    "invite_team",
    "invite_volunteers",
    "make_calendar",
    "mark_shift_closed",
    "note_absences",
    "own_volunteer",
    "refuse_sign_ups",
    "return_project",
    "sign_up",
    "submit_project",
]
