"""The recording unit: requests to answer, what was issued, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.recognition import queries, usecases
from timebank.recognition.rules import spaced
from timebank.web.certificates.door import pages
from timebank.web.certificates.schemas import CertificateReasonSchema, IssueSchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act

SHOWN = 50
STEPS: dict[str, tuple[type[ApiSchema], Callable[..., Any]]] = {
    "issue": (IssueSchema, usecases.issue_certificate),
    "refuse": (CertificateReasonSchema, usecases.refuse_certificate),
    "revoke": (CertificateReasonSchema, usecases.revoke_certificate),
}


@pages.get("/organize/certificates")
def queue() -> str:
    """What waits, or with `?state=decided` what was decided."""
    is_decided = request.args.get("state") == "decided"
    listed = queries.issued if is_decided else queries.waiting
    return render_template(
        "certificates/queue.html",
        page=listed(current_actor(), limit=SHOWN, cursor=request.args.get("cursor")),
        is_decided=is_decided,
        tabs=[
            {"url": url_for("certificates.queue"), "label": _("To answer"), "current": not is_decided},
            {
                "url": url_for("certificates.queue", state="decided"),
                "label": _("Answered"),
                "current": is_decided,
            },
        ],
    )


@pages.get("/organize/certificates/<key:certificate>")
def answer(certificate: Key) -> str:
    """What would be certified with the forms to answer, or what was certified."""
    return _answer(certificate, "", {}, {})


@pages.post("/organize/certificates/<key:certificate>/<any(issue, refuse, revoke):step>")
def decide(certificate: Key, step: str) -> Response:
    """Issue, refuse, revoke."""
    schema, usecase = STEPS[step]
    require(current_actor(), Permission.CERTIFICATE_ISSUE)

    def done(given: Values) -> Response:
        act(usecase, certificate=certificate, **given)
        flash(_done(step), "success")
        return redirect(url_for("certificates.answer", certificate=certificate))

    return submitted(schema(), done, lambda values, errors: _answer(certificate, step, values, errors))


def _done(step: str) -> str:
    words = {
        "issue": _("Issued. The holder can print it; seal the paper when you are asked to."),
        "refuse": _("Refused. The holder reads the reason."),
        "revoke": _("Revoked. Public verification says so from now on."),
    }
    return str(words[step])


def _answer(key: Key, step: str, values: Values, errors: Errors) -> str:
    actor = current_actor()
    require(actor, Permission.CERTIFICATE_ISSUE)
    found = queries.certificate(actor, key)
    form = queries.issuer_form(actor, found.card.organization)
    number = found.card.certificate_no
    return render_template(
        "certificates/answer.html",
        sheet=found,
        card=found.card,
        number=spaced(number) if number else "",
        values={**asdict(form), **values},
        errors=errors,
        step=step,
    )
