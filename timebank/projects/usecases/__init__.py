"""Changing projects, shifts and sign-ups."""

from timebank.projects.usecases.answering import (
    accept_place,
    decline_place,
    expire_offers,
)
from timebank.projects.usecases.calendars import (
    end_calendar,
    make_calendar,
)
from timebank.projects.usecases.changing import (
    Changes,
    Outcome,
    cancel_shift,
    edit_following,
    edit_shift,
)
from timebank.projects.usecases.copying import (
    copy_project,
    create_from_template,
    remove_template,
    save_template,
)
from timebank.projects.usecases.evidence import (
    add_evidence,
    open_evidence,
    remove_evidence,
)
from timebank.projects.usecases.holding import hold_gate, hold_shift, hold_sign_up, hold_sign_ups
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
from timebank.projects.usecases.make_up import (
    explain_make_up,
)
from timebank.projects.usecases.moves import (
    move_project,
    void_project,
)
from timebank.projects.usecases.no_shows import (
    HeldPlace,
    appeal_no_show,
    decide_appeal,
    forget_reasons,
    hold_place,
    note_absences,
    note_absent,
    take_no_show_back,
)
from timebank.projects.usecases.organizing import (
    Decided,
    Invited,
    approve_sign_ups,
    invite_team,
    invite_volunteers,
    refuse_sign_ups,
)
from timebank.projects.usecases.places import (
    own_volunteer,
)
from timebank.projects.usecases.posts import (
    edit_post,
)
from timebank.projects.usecases.shifts import (
    add_series,
    add_shift,
    mark_shift_closed,
)
from timebank.projects.usecases.sign_ups import (
    cancel_sign_up,
    give_places_back,
    sign_up,
)
from timebank.projects.usecases.timetable import (
    move_projects,
)

__all__ = [
    "Changes",
    "Decided",
    "HeldPlace",
    "Invited",
    "Outcome",
    "accept_place",
    "add_evidence",
    "add_series",
    "add_shift",
    "answer_self_check",
    "appeal_no_show",
    "approve_project",
    "approve_sign_ups",
    "cancel_project",
    "cancel_shift",
    "cancel_sign_up",
    "copy_project",
    "create_from_template",
    "create_make_up_project",
    "create_project",
    "decide_appeal",
    "decline_place",
    "edit_following",
    "edit_post",
    "edit_project",
    "edit_shift",
    "end_calendar",
    "expire_offers",
    "explain_make_up",
    "forget_reasons",
    "give_places_back",
    "hold_gate",
    "hold_place",
    "hold_shift",
    "hold_sign_up",
    "hold_sign_ups",
    "invite_team",
    "invite_volunteers",
    "make_calendar",
    "mark_shift_closed",
    "move_project",
    "move_projects",
    "note_absences",
    "note_absent",
    "open_evidence",
    "own_volunteer",
    "refuse_sign_ups",
    "reject_project",
    "remove_evidence",
    "remove_template",
    "return_project",
    "save_template",
    "sign_up",
    "submit_project",
    "take_no_show_back",
    "void_project",
]
