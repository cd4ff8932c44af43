"""The blueprints of projects, and what their doors share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.projects import queries
from timebank.projects.queries import ProjectCard, ShiftCard
from timebank.projects.rules import Action
from timebank.web.kit.actor import current_actor, require_person
from timebank.web.kit.blueprints import api_door, pages_door

api = api_door("projects", "Projects, their shifts, and sign-ups.")
organize_pages = pages_door("organize")

ADDRESS_OF: dict[Action, str] = {
    Action.START_RECRUITING: "start-recruiting",
    Action.END_RECRUITING: "end-recruiting",
    Action.PAUSE: "pause",
    Action.RESUME: "resume",
    Action.CLOSE: "close",
    Action.STOP: "stop",
    Action.LIFT: "lift",
    Action.VOID: "void",
    Action.CANCEL: "cancel",
}
"""How addresses name what is done with an approved project."""
REASONED = frozenset({Action.PAUSE, Action.STOP, Action.VOID, Action.CANCEL})
"""What volunteers are told the reason of."""
OF_AUTHORITY = frozenset({Action.STOP, Action.LIFT, Action.VOID})


def created(status: str) -> Callable[[Key], dict[str, Any]]:
    """What is answered about something new."""
    return lambda key: {"id": str(key), "status": status}


def own_project(key: Key) -> ProjectCard:
    """A project of one's own organisations; NotFound for all others."""
    card = queries.project(require_person(), key)
    require(current_actor(), Permission.PROJECT_WRITE, organization=card.organization)
    return card


def own_shift(key: Key) -> ShiftCard:
    """A shift of one's own organisations; NotFound for all others."""
    card = queries.shift_card(require_person(), key)
    require(current_actor(), Permission.PROJECT_WRITE, organization=card.organization)
    return card


def action_at(address: str, offered: frozenset[Action]) -> Action:
    """The action that an address names. Raises NotFound."""
    for action, name in ADDRESS_OF.items():
        if name == address and action in offered:
            return action
    raise NotFound()
