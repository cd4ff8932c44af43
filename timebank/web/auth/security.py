"""`/my/security`: one's own password, second factor, sign-ins, tokens and linked accounts."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from timebank.identity import queries, usecases
from timebank.identity.rules import CODE_LIFE
from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import offered_scopes
from timebank.web.auth.oidc import provider_name
from timebank.web.auth.schemas import (
    BeginSecondFactorSchema,
    NewApiTokenSchema,
    PasswordSchema,
    SecondFactorSchema,
)
from timebank.web.auth.steps import ask_for_code, count, count_second_factor
from timebank.web.kit import qr
from timebank.web.kit.actor import asking_token, require_person
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import MY_PAGES, Section
from timebank.web.kit.words import choices

pages = pages_door("security")
MY_PAGES.append(
    Section("security.index", _l("Sign-in and security"), lambda actor: not actor.is_anonymous, "lock", 100)
)
DAYS_OFFERED = (7, 30, 90, 180, 365)


@pages.before_request
def only_for_persons() -> None:
    """Every page here is about whoever is signed in."""
    require_person()


@pages.get("/my/security")
def index() -> str:
    """Everything at a glance."""
    actor = require_person()
    cards = queries.sign_ins(actor, asking_token())
    return render_template(
        "security/index.html",
        phone=queries.own_phone(actor),
        has_password=queries.has_password(actor),
        factor=queries.second_factor(actor),
        sign_ins=[card for card in cards if card.kind != "api"],
        tokens=[card for card in cards if card.kind == "api"],
        external=queries.external_identities(actor),
        provider=provider_name(),
    )


@pages.post("/my/security/sign-ins/<key:token>/end")
def end(token: Key) -> Response:
    """End one session or token."""
    act(usecases.revoke_token, token=token)
    flash(_("That sign-in has ended."), "success")
    return redirect(url_for("security.index"))


@pages.post("/my/security/sign-ins/end-others")
def end_others() -> Response:
    """End everything but this session."""
    act(usecases.sign_out_elsewhere, token=_token())
    flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("security.index"))


@pages.post("/my/security/external/<key:identity>/unlink")
def unlink(identity: Key) -> Response:
    """Stop signing in by an account of a provider."""
    act(usecases.unlink_external, identity=identity)
    flash(_("The link is undone."), "success")
    return redirect(url_for("security.index"))


def _token() -> str:
    token = asking_token()
    if token is None:
        raise Unauthenticated()
    return token


# --- password ---------------------------------------------------------------------------------------


@pages.get("/my/security/password")
def password() -> str:
    """The empty form."""
    return _password({}, {})


@pages.post("/my/security/password")
def change_password() -> Response:
    """Set the new password; every other sign-in ends."""

    def done(given: Values) -> Response:
        count(_number(), bool(given["code"]))
        act(usecases.change_password, token=_token(), **given)
        flash(_("The password is changed, and you are signed out everywhere else."), "success")
        return redirect(url_for("security.index"))

    return submitted(PasswordSchema(), done, _password)


@pages.post("/my/security/password/code")
def send_code() -> Response:
    """Send a code to the own phone, to be entered in place of the old password."""
    ask_for_code(_number())
    return make_response(_password({}, {}, code_sent=True))


def _number() -> str:
    number = queries.own_number(require_person())
    if number is None:
        raise Unauthenticated()
    return number


def _password(_values: Values, errors: Errors, code_sent: bool = False) -> str:
    actor = require_person()
    return render_template(
        "security/password.html",
        errors=errors,
        phone=queries.own_phone(actor),
        has_password=queries.has_password(actor),
        by_code=code_sent or "code" in request.form,
        code_sent=code_sent,
        code_minutes=int(CODE_LIFE.total_seconds()) // 60,
    )


# --- second factor ----------------------------------------------------------------------------------


@pages.get("/my/security/second-factor")
def second_factor() -> str:
    """Whether there is one, and what can be done about it."""
    return _second_factor({}, {})


@pages.post("/my/security/second-factor/begin")
def begin() -> Response:
    """Make a new secret; whoever has a second factor shows it first."""

    def done(given: Values) -> Response:
        if given["code"]:
            _count()
        act(usecases.begin_second_factor, **given)
        return redirect(url_for("security.set_up"))

    return submitted(BeginSecondFactorSchema(), done, _second_factor)


@pages.get("/my/security/second-factor/set-up")
def set_up() -> Response | str:
    """The secret as a QR code, until a code of it is entered."""
    if queries.own_secret(require_person()) is None:
        return redirect(url_for("security.second_factor"))
    return _set_up({}, {})


@pages.post("/my/security/second-factor/set-up")
def confirm() -> Response:
    """Put the new second factor in force; its recovery codes are shown this once."""
    return submitted(
        SecondFactorSchema(),
        _codes(lambda code: act(usecases.confirm_second_factor, token=_token(), code=code)),
        _set_up,
    )


@pages.post("/my/security/second-factor/recovery-codes")
def renew() -> Response:
    """New recovery codes, shown this once."""
    return submitted(
        SecondFactorSchema(),
        _codes(lambda code: act(usecases.renew_recovery_codes, code=code)),
        _second_factor,
    )


@pages.post("/my/security/second-factor/remove")
def remove() -> Response:
    """Turn it off."""

    def done(given: Values) -> Response:
        _count()
        act(usecases.remove_second_factor, **given)
        flash(_("The second factor is turned off."), "success")
        return redirect(url_for("security.index"))

    return submitted(SecondFactorSchema(), done, _second_factor)


def _codes(make: Callable[[str], list[str]]) -> Callable[[Values], Response]:
    def done(given: Values) -> Response:
        _count()
        page = render_template(
            "auth/recovery_codes.html", codes=make(given["code"]), next=url_for("security.index")
        )
        return make_response(page)

    return done


def _count() -> None:
    user = require_person().user
    if user:
        count_second_factor(user)


def _second_factor(_values: Values, errors: Errors) -> str:
    factor = queries.second_factor(require_person())
    return render_template("security/second_factor.html", factor=factor, errors=errors)


def _set_up(_values: Values, errors: Errors) -> str:
    secret = queries.own_secret(require_person())
    return render_template(
        "auth/enrol.html",
        errors=errors,
        next=url_for("security.index"),
        secret=secret.text if secret else "",
        secret_qr=qr.svg(secret.address, _("Code for the authenticator app")) if secret else "",
        action=url_for("security.confirm"),
        is_sign_in=False,
    )


# --- API tokens -------------------------------------------------------------------------------------


@pages.get("/my/security/tokens/new")
def new_token() -> str:
    """The empty form."""
    return _new_token({"days": "90"}, {})


@pages.post("/my/security/tokens/new")
def make_token() -> Response:
    """Make a token; it is shown this once."""

    def done(given: Values) -> Response:
        made = act(usecases.make_api_token, by=_token(), **given)
        return make_response(render_template("security/token_made.html", made=made), 201)

    return submitted(NewApiTokenSchema(), done, _new_token)


def _new_token(values: Values, errors: Errors) -> str:
    offered = sorted(right.value for right in offered_scopes(require_person()))
    return render_template(
        "security/token_new.html",
        values=values,
        errors=errors,
        scopes=choices("permission", offered),
        days=[(str(days), _("%(days)s days", days=days)) for days in DAYS_OFFERED],
    )
