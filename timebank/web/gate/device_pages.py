"""The phones of a team's gate: what there is, when it was heard of last, and how to end it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.attendance import queries, usecases
from timebank.attendance.queries import DeviceCard
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.organizations.queries import organization_detail
from timebank.web.gate import desk
from timebank.web.kit.actor import current_actor
from timebank.web.kit.operation import act

pages = desk.pages


@pages.get("/organize/teams/<key:key>/devices")
def devices(key: Key) -> str:
    """The phones that may work this team's gates, and those that no longer may."""
    found = queries.devices(current_actor(), key)
    return render_template(
        "gate/devices.html",
        team=organization_detail(current_actor(), key),
        devices=[(card, _state(card)) for card in found],
    )


@pages.post("/organize/teams/<key:key>/devices/<key:device>/revoke")
def revoke_device(key: Key, device: Key) -> Response:
    """Let a phone in no more."""
    act(usecases.revoke_device, organization=key, device=device)
    flash(_("The phone is revoked. What is on it goes as soon as it finds a network."), "success")
    flash(_("If it is lost, whoever used it also ends the sign-ins of that phone."), "info")
    return redirect(url_for("gate.devices", key=key))


def _state(card: DeviceCard) -> str:
    if card.wiped_at:
        return "wiped"
    if card.revoked_at:
        return "revoked"
    return "expired" if card.expires_at <= runtime().clock.now() else "active"
