"""Signing in by an account at an OpenID Connect provider, and linking one to the own account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.identity import usecases
from timebank.identity.queries import external_user
from timebank.identity.usecases import SignedIn
from timebank.kernel.errors import Conflict, Expired
from timebank.web.auth import oidc
from timebank.web.auth.oidc import Identity
from timebank.web.auth.steps import device, forget_linking, go_on, keep_linking, waiting_link
from timebank.web.kit.actor import current_actor, require_person
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.operation import act
from timebank.web.kit.preferences import local_path

pages = pages_door("external")
NEXT = "external_next"
"""Where the signed cookie keeps the page to go to when the provider has answered."""


@pages.get("/sign-in/external")
def begin() -> Response:
    """Go to the provider. A link, not a form: the page's policy lets forms go nowhere else."""
    session[NEXT] = local_path(request.args.get("next"))
    return oidc.begin()


@pages.get("/sign-in/external/back")
def back() -> Response:
    """The provider's answer: signed in, or an account that is to be linked first."""
    identity = oidc.finish()
    next_page = local_path(session.pop(NEXT, None))
    user = external_user(identity.issuer, identity.subject)
    actor = current_actor()
    if user is None:
        keep_linking(identity)
        return redirect(
            url_for("auth.sign_in_to_link", next=next_page) if actor.is_anonymous else url_for("external.ask")
        )
    if actor.is_anonymous:
        return go_on(_enter(identity), next_page)
    if user != actor.user:
        raise Conflict("identity-linked")
    flash(_("This account is linked already."), "info")
    return redirect(url_for("security.index"))


def _enter(identity: Identity) -> SignedIn:
    return act(
        usecases.sign_in_external,
        issuer=identity.issuer,
        subject=identity.subject,
        is_strong=identity.is_strong,
        label=device(),
    )


@pages.get("/my/security/link")
def ask() -> str:
    """Whether the provider's account that just answered is to be linked to the own one."""
    require_person()
    waiting = waiting_link()
    if waiting is None:
        raise Expired("link-expired")
    return render_template("security/link.html", provider=oidc.provider_name(), name=waiting["name"])


@pages.post("/my/security/link")
def link() -> Response:
    """Link it."""
    require_person()
    waiting = forget_linking()
    if waiting is None:
        raise Expired("link-expired")
    act(usecases.link_external, issuer=waiting["issuer"], subject=waiting["subject"])
    flash(_("From now on you can sign in with that account, too."), "success")
    return redirect(url_for("security.index"))
