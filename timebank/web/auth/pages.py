"""Sign-in as pages: a phone with its password or a one-time code, then the second factor if needed."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.identity.queries import Pending, pending_of, pending_secret
from timebank.identity.rules import CODE_LIFE, PENDING_LIFE, Step
from timebank.identity.usecases import complete_sign_in, enrol_and_sign_in
from timebank.identity.usecases import sign_out as revoke
from timebank.kernel.errors import Expired
from timebank.web.auth.oidc import provider_name
from timebank.web.auth.schemas import PhoneSchema, SecondFactorSchema, SignInSchema
from timebank.web.auth.steps import (
    agree_to_linking,
    arrive,
    ask_for_code,
    count_second_factor,
    enter,
    forget_linking,
    go_on,
    waiting_link,
)
from timebank.web.kit import qr
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
    forget_linking()
    return _form({}, {})


@pages.get("/sign-in/link")
def sign_in_to_link() -> Response | str:
    """The same form for somebody whom the provider knows and we do not: signing in links the two."""
    if waiting_link() is None:
        return redirect(url_for("auth.sign_in", next=_next()))
    return _form({}, {}, linking=True)


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
    agree_to_linking("link" in request.form)
    return go_on(enter(**given, kind="session"), _next())


def _ask(given: Values) -> Response:
    ask_for_code(**given)
    return make_response(_form(given, {}, code_sent=True))


def _form(values: Values, errors: Errors, code_sent: bool = False, linking: bool = False) -> str:
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
        "provider": provider_name(),
        "waiting": waiting_link() if linking or "link" in request.form else None,
    }
    return render_template("auth/sign_in.html", **given)


def _next() -> str:
    return local_path(request.values.get("next"))


# --- the second step --------------------------------------------------------------------------------


@pages.get("/sign-in/second")
def second() -> Response | str:
    """Ask for a code of the authenticator app, or have it set up."""
    if not current_actor().is_anonymous:
        return redirect(_next())
    pending = _pending()
    if pending is None:
        return redirect(url_for("auth.sign_in", next=_next()))
    return _second({}, {}) if pending.step is Step.SECOND else _enrol({}, {})


@pages.post("/sign-in/second")
def finish() -> Response:
    """Finish signing in by a code of the app or a recovery code."""
    return submitted(SecondFactorSchema(), _finish, _second)


@pages.post("/sign-in/second/set-up")
def set_up() -> Response:
    """Confirm the new second factor; its recovery codes are shown this once."""
    return submitted(SecondFactorSchema(), _set_up, _enrol)


def _pending() -> Pending | None:
    token = asking_token()
    return pending_of(token) if token else None


def _proving() -> str:
    """The pending token of this browser, with one attempt counted."""
    token, pending = asking_token(), _pending()
    if token is None or pending is None:
        raise Expired("sign-in-expired")
    count_second_factor(pending.user)
    return token


def _finish(given: Values) -> Response:
    return go_on(act(complete_sign_in, token=_proving(), **given), _next())


def _set_up(given: Values) -> Response:
    enrolled = act(enrol_and_sign_in, token=_proving(), **given)
    begin_session(enrolled.signed_in.token)
    arrive()
    return make_response(
        render_template("auth/recovery_codes.html", codes=enrolled.recovery_codes, next=_next())
    )


def _second(_values: Values, errors: Errors) -> str:
    minutes = int(PENDING_LIFE.total_seconds()) // 60
    return render_template("auth/second.html", errors=errors, next=_next(), minutes=minutes)


def _enrol(_values: Values, errors: Errors) -> str:
    secret = pending_secret(asking_token() or "")
    if secret is None:
        raise Expired("sign-in-expired")
    return render_template(
        "auth/enrol.html",
        errors=errors,
        next=_next(),
        secret=secret.text,
        secret_qr=qr.svg(secret.address, _("Code for the authenticator app")),
        action=url_for("auth.set_up"),
        is_sign_in=True,
    )
