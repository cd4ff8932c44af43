"""What both skins do before something that cannot be undone: count the attempt, then prove who one is."""

from __future__ import annotations

from typing import Any

from flask import request

from timebank.exports.usecases import (
    count_account_data,
    count_own_data,
    export_account_data,
    export_own_data,
)
from timebank.hours import usecases as hours
from timebank.identity.usecases.leaving import count_proof, own_number
from timebank.kernel.ids import Key
from timebank.web.auth.steps import ask_for_code
from timebank.web.kit.actor import current_actor
from timebank.web.kit.operation import act


def send_own_code() -> None:
    """Send a one-time code to the phone of whoever is signed in."""
    ask_for_code(act(own_number))


def close(volunteer: Key, given: dict[str, Any]) -> None:
    """Ask to close an account."""
    _count(volunteer, given)
    act(hours.ask_to_close, volunteer=volunteer, **given)


def own_data(volunteer: Key, given: dict[str, Any]) -> dict[str, Any]:
    """Everything kept about a person."""
    act(count_own_data, volunteer=volunteer)
    _count(volunteer, given)
    return act(export_own_data, volunteer=volunteer, **given)


def my_data(given: dict[str, Any]) -> dict[str, Any]:
    """Everything kept about whoever is signed in, with a registration or without."""
    if (volunteer := current_actor().volunteer) is not None:
        return own_data(volunteer, given)
    act(count_account_data)
    _count_proof(given)
    return act(export_account_data, **given)


def _count(volunteer: Key, given: dict[str, Any]) -> None:
    if current_actor().owns(volunteer):
        _count_proof(given)


def _count_proof(given: dict[str, Any]) -> None:
    act(count_proof, address=request.remote_addr or "unknown", by_code=bool(given.get("code")))
