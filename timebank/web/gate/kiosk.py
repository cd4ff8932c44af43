"""A tablet at the door by which people check in by themselves, with nobody signed in on it."""

from __future__ import annotations

from flask import jsonify, render_template
from werkzeug.wrappers import Response

from timebank.attendance import queries, usecases
from timebank.attendance.rules import DeviceKind
from timebank.identity.usecases import sign_out
from timebank.kernel.ids import Key
from timebank.projects.queries import shift_card
from timebank.web.gate import app, desk
from timebank.web.gate.schemas import DeviceNameSchema
from timebank.web.gate.shell import version
from timebank.web.gate.shell_words import shell_words
from timebank.web.kit.actor import asking_token, current_actor, end_session
from timebank.web.kit.forms import Values, submitted
from timebank.web.kit.operation import act

pages = desk.pages


@pages.get("/gate/<key:key>/kiosk")
def kiosk(key: Key) -> str:
    """The kiosk itself, which names nobody; for who is signed in, the page that makes a device one."""
    if current_actor().is_anonymous:
        return app.start()
    return render_template(
        "gate/kiosk.html",
        gate=queries.operated_gate(current_actor(), key),
        shift=shift_card(current_actor(), key),
        words=shell_words(),
        version=version(),
    )


@pages.post("/gate/<key:key>/kiosk")
def make_kiosk(key: Key) -> Response:
    """Register the device in hand as a kiosk and end the session on it; the page keeps the token."""

    def done(given: Values) -> Response:
        token = act(
            usecases.register_device,
            shift=key,
            name=given["name"],
            app_version=version(),
            kind=DeviceKind.KIOSK,
        )
        if session_token := asking_token():
            act(sign_out, token=session_token)
        end_session()
        return jsonify(token=token)

    return submitted(
        DeviceNameSchema(), done, lambda _values, errors: jsonify(errors=errors).get_data(as_text=True)
    )
