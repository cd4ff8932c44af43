"""What the people of a gate look at afterwards: scans that wait, and every attempt; undo with a reason."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.attendance import queries, usecases
from timebank.attendance.rules import Verdict
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.projects.queries import shift_card
from timebank.web.gate import desk
from timebank.web.gate.schemas import ScanDecisionSchema, UndoSchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import sentence_of

pages = desk.pages


@pages.get("/gate/<key:key>/waiting")
def waiting(key: Key) -> str:
    """Scans made off line that a person decides about, and what phones and server disagreed on."""
    return _waiting(key, {}, {})


@pages.post("/gate/<key:key>/scans/<key:scan>/decision")
def decide(key: Key, scan: Key) -> Response:
    """One tap: it counts, or it does not."""

    def done(given: Values) -> Response:
        try:
            act(usecases.decide_scan, shift=key, scan=scan, counts=given["counts"])
        except Conflict as error:
            flash(sentence_of(error), "error")
        else:
            flash(_("The scan counts.") if given["counts"] else _("The scan does not count."), "success")
        return redirect(url_for("gate.waiting", key=key))

    return submitted(ScanDecisionSchema(), done, lambda values, errors: _waiting(key, values, errors))


@pages.get("/gate/<key:key>/scans")
def scans(key: Key) -> str:
    """Every attempt at this gate; verdict and person stand in the address."""
    verdict, volunteer = _asked()
    page = queries.scan_log(
        current_actor(), key, verdict=verdict, volunteer=volunteer, cursor=request.args.get("cursor")
    )
    shift = shift_card(current_actor(), key)
    return render_template(
        "gate/scans.html",
        shift=shift,
        page=page,
        verdict=verdict,
        person=volunteer,
        verdicts=list(Verdict),
        runs_gate=current_actor().can(Permission.GATE_OPERATE, organization=shift.organization),
    )


@pages.get("/gate/<key:key>/scans/<key:scan>/undo")
def undo_form(key: Key, scan: Key) -> str:
    """Ask why a scan is taken back."""
    return _undo(key, scan, {}, {})


@pages.post("/gate/<key:key>/scans/<key:scan>/undo")
def undo(key: Key, scan: Key) -> Response:
    """Take an accepted scan back, with the reason."""

    def done(given: Values) -> Response:
        act(usecases.undo_scan, shift=key, scan=scan, reason=given["reason"])
        flash(_("The scan is taken back."), "success")
        return redirect(url_for("gate.scans", key=key))

    return submitted(UndoSchema(), done, lambda values, errors: _undo(key, scan, values, errors))


def _asked() -> tuple[Verdict | None, Key | None]:
    verdict, person = request.args.get("verdict", ""), request.args.get("person", "")
    return Verdict(verdict) if verdict in list(Verdict) else None, Key.parse(person) if person else None


def _waiting(key: Key, values: Values, errors: Errors) -> str:
    return render_template(
        "gate/waiting.html",
        lines=queries.waiting_lines(current_actor(), key),
        conflicts=queries.conflicts(current_actor(), key),
        shift=shift_card(current_actor(), key),
        values=values,
        errors=errors,
    )


def _undo(key: Key, scan: Key, values: dict[str, Any], errors: Errors) -> str:
    line = queries.scan_line(current_actor(), key, scan)
    if line.scan.verdict is not Verdict.ACCEPTED:
        raise NotFound()
    return render_template(
        "gate/undo.html", shift=shift_card(current_actor(), key), line=line, values=values, errors=errors
    )
