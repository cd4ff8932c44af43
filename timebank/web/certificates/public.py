"""`/verify`: everybody may check a certificate; they see what its holder chose to show."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from timebank.kernel.errors import NotFound
from timebank.recognition.queries import verification
from timebank.recognition.rules import read_number, spaced
from timebank.recognition.usecases import count_verification
from timebank.web.certificates.door import pages
from timebank.web.kit.operation import act

LONGEST = 60


@pages.get("/verify")
def verify() -> Response | str:
    """The form; a number in the address leads to its own page."""
    given = request.args.get("number", "").strip()[:LONGEST].replace("/", "")
    if given:
        return redirect(url_for("certificates.verified", number=read_number(given) or given))
    return render_template(
        "certificates/verify.html", number="", found=None, state="", is_asked="number" in request.args
    )


@pages.get("/verify/<number>")
def verified(number: str) -> Response:
    """Valid, revoked, replaced, or unknown (404)."""
    count_look_up()
    try:
        found = verification(number)
    except NotFound:
        page = render_template(
            "certificates/verify.html", number=number[:LONGEST], found=None, state="unknown", is_asked=True
        )
        return make_response(page, 404)
    page = render_template(
        "certificates/verify.html",
        number=spaced(found.certificate_no),
        found=found,
        state=found.state,
        is_asked=True,
    )
    return make_response(page)


def count_look_up() -> None:
    """Count one look-up from the address of this request. Raises TooMany."""
    act(count_verification, address=request.remote_addr or "unknown")
