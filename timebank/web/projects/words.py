"""Words of projects, shifts and sign-ups."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from timebank.web.projects import attendance

SENTENCES: dict[str, LazyString] = {
    **attendance.SENTENCES,
    "already-signed-up": _l("You have a place in this shift already."),
    "crosses-midnight": _l("A shift ends on the day on which it starts. Make two shifts of it."),
    "ends-before-start": _l("The end must come after the start."),
    "in-the-past": _l("This time has passed. Choose a later one."),
    "not-a-volunteer": _l("You are not registered as a volunteer yet. Please register first."),
    "not-recruiting": _l("This shift does not take sign-ups."),
    "not-signed-up": _l("You have no place in this shift."),
    "organization-closed": _l("This organisation is closed."),
    "other-county": _l("A project stays in its county. Choose a place there, or write a new project."),
    "region-too-wide": _l("Choose a county, a township or street, or a community."),
    "shift-full": _l("All places are taken. Somebody may still give one back."),
    "shift-running": _l("A shift has begun. Close its gate and its hours first."),
    "shift-started": _l("The shift has begun already."),
    "unknown-region": _l("Choose the place from the list."),
    "volunteer-not-registered": _l("Your registration is not approved yet. You can sign up once it is."),
    "volunteer-suspended": _l("Your registration is suspended. Please ask at your community."),
    "wrong-project-status": _l("The project is in another state by now. Look at it again."),
}

RECIPIENT: dict[str, LazyString] = {
    "subsistence": _l("Subsistence-allowance recipients"),
    "extreme_hardship": _l("People in extreme hardship"),
    "empty_nest": _l("Empty-nest elders"),
    "living_alone": _l("Elders living alone"),
    "left_behind_elder": _l("Left-behind elders"),
    "disabled_elder": _l("Elders who cannot look after themselves"),
    "severe_disability": _l("Severely disabled people"),
    "left_behind_child": _l("Left-behind children"),
    "child_in_difficulty": _l("Children in difficulty"),
    "disability": _l("People with disabilities"),
    "special_family": _l("Special family-planning families"),
    "entitled_group": _l("Entitled groups"),
    "migrant_family": _l("Migrant workers and their families"),
    "resident": _l("Residents"),
}

SAFEGUARD: dict[str, LazyString] = {
    "insurance": _l("Insurance"),
    "transport": _l("Transport"),
    "meal": _l("Meals"),
    "water": _l("Drinking water"),
    "clothing": _l("Clothing"),
    "training": _l("Training"),
    "protection": _l("Protective equipment"),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    **attendance.WORDS,
    "project_event": {
        "project.approved": _l("Project approved"),
        "project.cancelled": _l("Project cancelled"),
        "project.created": _l("Project drafted"),
        "project.returned": _l("Project returned for correction"),
        "project.submitted": _l("Project submitted"),
        "shift.added": _l("Shift added"),
        "shift.closed": _l("Shift closed"),
        "sign_up.accepted": _l("Signed up for a shift"),
        "sign_up.cancelled": _l("Sign-up cancelled"),
    },
    "recipient": RECIPIENT,
    "safeguard": SAFEGUARD,
    "project_status": {
        "draft": _l("Draft"),
        "submitted": _l("Under review"),
        "returned": _l("Returned"),
        "recruiting": _l("Recruiting"),
        "cancelled": _l("Cancelled"),
        "closed": _l("Finished"),
    },
    "project_done": {
        "submit": _l("Handed in. Somebody in your region will review it."),
        "approve": _l("Approved. The project recruits from now on."),
        "return": _l("Returned to the organizer with your reason."),
        "cancel": _l("The project and its coming shifts are cancelled."),
    },
    "project_next": {
        "draft": _l("Add a shift and hand it in"),
        "submitted": _l("Somebody in the region decides"),
        "returned": _l("Correct it and hand it in again"),
        "recruiting": _l("Run the gate on the day"),
        "cancelled": _l("Nothing more to do"),
        "closed": _l("Nothing more to do"),
    },
    "shift_status": {
        "open": _l("Open"),
        "closed": _l("Closed"),
        "cancelled": _l("Cancelled"),
    },
}
