"""Changing projects, shifts and sign-ups."""

from timebank.projects.usecases.lifecycle import (
    approve_project,
    cancel_project,
    create_project,
    edit_project,
    return_project,
    submit_project,
)
from timebank.projects.usecases.shifts import add_shift, mark_shift_closed
from timebank.projects.usecases.sign_ups import (
    cancel_sign_up,
    give_places_back,
    hold_gate,
    hold_sign_up,
    hold_sign_ups,
    own_volunteer,
    sign_up,
)

__all__ = [
    "add_shift",
    "approve_project",
    "cancel_project",
    "cancel_sign_up",
    "create_project",
    "edit_project",
    "give_places_back",
    "hold_gate",
    "hold_sign_up",
    "hold_sign_ups",
    "mark_shift_closed",
    "own_volunteer",
    "return_project",
    "sign_up",
    "submit_project",
]
