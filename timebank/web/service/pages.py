"""GET /healthz, /readyz and /api/docs."""

from __future__ import annotations

from flask import jsonify, render_template
from werkzeug.wrappers import Response

from timebank.kernel.ready import why_not_ready
from timebank.web.kit.blueprints import pages_door

pages = pages_door("service")


@pages.get("/healthz")
def health() -> Response:
    """Alive; asks nobody."""
    return jsonify(status="alive")


@pages.get("/readyz")
def ready() -> Response:
    """Ready to serve, or 503 with the reason: no database, or a schema that is not this code's."""
    reason = why_not_ready()
    answer = jsonify(status="not-ready" if reason else "ready", reason=reason)
    answer.status_code = 503 if reason else 200
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/api/docs")
def docs() -> str:
    """The API document for people, from local files."""
    return render_template("api_docs.html")
