"""The gate as an app on a phone: its shell, its worker, its registration; nobody's name is in any of these.

Names come with the package, to a phone that shows its token.
"""

from __future__ import annotations

import json

from flask import Response, jsonify, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from timebank.attendance import queries, usecases
from timebank.kernel.ids import Key
from timebank.projects.queries import shift_card
from timebank.web.gate import desk
from timebank.web.gate.schemas import DeviceNameSchema
from timebank.web.gate.shell import SENDER, SHELL, version, worker_text
from timebank.web.gate.shell_words import shell_words
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import submitted
from timebank.web.kit.operation import act

pages = desk.pages
API = "/api/v1"


@pages.get("/gate/start")
def start() -> str:
    """The app without a shift: what a phone opens off line, and where one chooses among those it has."""
    return render_template("gate/start.html", words=shell_words(), version=version())


@pages.get("/gate/worker.js", defaults={"sends": False})
@pages.get("/gate/sending-worker.js", defaults={"sends": True})
def worker(sends: bool) -> Response:
    """The service worker of all gates; its text changes with every file that it keeps.

    The one that sends what waits shares that part with the page, and is a module for it.
    """
    files = [url_for("static", filename=name) for name in SHELL]
    told = {"VERSION": version(), "START": url_for("gate.start"), "FILES": files}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in told.items()]
    if sends:
        sender = json.dumps(url_for("static", filename=SENDER))
        lines = [f"import {{ sendInBackground }} from {sender};", *lines]
        lines.append(f"sendInBackground({json.dumps(API)}, VERSION);")
    text = "\n".join([*lines, worker_text()])
    return Response(text, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@pages.get("/gate/manifest.webmanifest")
def manifest() -> Response:
    """What the phone's home screen shows."""
    icons = [
        {"src": url_for("static", filename=f"icons/gate-{size}.png"), "sizes": f"{size}x{size}"}
        for size in (192, 512)
    ]
    answer = jsonify(
        name=_("Gate of volunteer service"),
        short_name=_("Gate"),
        id="/gate/",
        start_url=url_for("gate.start"),
        scope="/gate/",
        display="standalone",
        background_color="#f5f7f8",
        theme_color="#0f766e",
        icons=[{**icon, "type": "image/png", "purpose": "any maskable"} for icon in icons],
    )
    answer.mimetype = "application/manifest+json"
    return answer


@pages.get("/gate/<key:key>/ready")
def ready(key: Key) -> str:
    """Whether this phone could work the gate without a network; the day before there is time to help."""
    queries.operated_gate(current_actor(), key)
    return render_template(
        "gate/ready.html",
        shift=shift_card(current_actor(), key),
        gate=queries.operated_gate(current_actor(), key),
        words=shell_words(),
        version=version(),
    )


@pages.post("/gate/<key:key>/device")
def register_device(key: Key) -> Answer:
    """Register the phone in hand for the gates of this team; the page keeps the token."""
    return submitted(
        DeviceNameSchema(),
        lambda given: jsonify(
            token=act(usecases.register_device, shift=key, name=given["name"], app_version=version())
        ),
        lambda _values, errors: jsonify(errors=errors).get_data(as_text=True),
    )
