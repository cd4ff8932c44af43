"""Changing projects, shifts and sign-ups."""

from timebank.projects.usecases.copying import (
    copy_project,
    create_from_template,
    remove_template,
    save_template,
)
from timebank.projects.usecases.evidence import (
    OpenedEvidence,
    add_evidence,
    open_evidence,
    remove_evidence,
)
from timebank.projects.usecases.lifecycle import (
    answer_self_check,
    approve_project,
    cancel_project,
    create_make_up_project,
    create_project,
    edit_project,
    reject_project,
    return_project,
    submit_project,
)
from timebank.projects.usecases.make_up import explain_make_up
from timebank.projects.usecases.moves import move_project, void_project
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
from timebank.projects.usecases.timetable import move_projects

__all__ = [
    "OpenedEvidence",
    "add_evidence",
    "add_shift",
    "answer_self_check",
    "approve_project",
    "cancel_project",
    "cancel_sign_up",
    "copy_project",
    "create_from_template",
    "create_make_up_project",
    "create_project",
    "edit_project",
    "explain_make_up",
    "give_places_back",
    "hold_gate",
    "hold_sign_up",
    "hold_sign_ups",
    "mark_shift_closed",
    "move_project",
    "move_projects",
    "open_evidence",
    "own_volunteer",
    "reject_project",
    "remove_evidence",
    "remove_template",
    "return_project",
    "save_template",
    "sign_up",
    "submit_project",
    "void_project",
]
