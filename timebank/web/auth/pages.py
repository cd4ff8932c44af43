"""Sign-in as a page: one phone field, then a password or a one-time code."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from timebank.identity.queries import preferences
from timebank.identity.rules import CODE_LIFE
from timebank.identity.usecases import sign_out as revoke
from timebank.kernel.db import runtime
from timebank.web.auth.schemas import PhoneSchema, SignInSchema
from timebank.web.auth.steps import ask_for_code, enter
from timebank.web.kit.actor import asking_token, begin_session, current_actor, end_session
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.preferences import local_path

pages = pages_door("auth")


@pages.get("/sign-in")
def sign_in() -> Response | str:
    """The empty form; whoever is signed in goes on."""
    if not current_actor().is_anonymous:
        return redirect(_next())
    return _form({}, {})


@pages.post("/sign-in")
def enter_session() -> Response:
    """Sign in and go where one wanted to go."""
    return submitted(SignInSchema(), _begin, _form)


@pages.post("/sign-in/code")
def send_code() -> Response:
    """Send a code and ask for it on the same page; the phone stays in the form, not in the address."""
    return submitted(PhoneSchema(), _ask, _form)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Revoke the session."""
    token = asking_token()
    if token:
        act(revoke, token=token)
    end_session()
    return redirect("/")


def _begin(given: Values) -> Response:
    signed_in = enter(**given, kind="session")
    begin_session(signed_in.token)
    _recall_preferences()
    return redirect(_next())


def _recall_preferences() -> None:
    """What this person chose on another device, where nothing was chosen on this one."""
    kept = preferences(current_actor())
    if kept and kept.view == "elder":
        session.setdefault("view", kept.view)
    if kept and kept.locale != runtime().config.locale:
        session.setdefault("locale", kept.locale)


def _ask(given: Values) -> Response:
    ask_for_code(**given)
    return make_response(_form(given, {}, code_sent=True))


def _form(values: Values, errors: Errors, code_sent: bool = False) -> str:
    by_code = code_sent or "code" in request.form
    if by_code:
        errors = {"code" if name == "password" else name: texts for name, texts in errors.items()}
    given: dict[str, Any] = {
        "values": values,
        "errors": errors,
        "by_code": by_code,
        "code_sent": code_sent,
        "code_minutes": int(CODE_LIFE.total_seconds()) // 60,
        "next": _next(),
    }
    return render_template("auth/sign_in.html", **given)


def _next() -> str:
    return local_path(request.values.get("next"))
