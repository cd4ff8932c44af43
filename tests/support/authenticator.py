"""An authenticator app as somebody holds it in the hand. Call `enrol` with an application context pushed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyotp

from tests.support.signed_in import token_of
from timebank.identity import queries, usecases
from timebank.kernel.db import runtime
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform


@dataclass(frozen=True)
class Authenticator:
    """The app with one secret in it, and the recovery codes that were written down."""

    secret: str
    recovery_codes: tuple[str, ...] = ()

    def code(self, at: datetime) -> str:
        """What the app shows at that moment."""
        return pyotp.TOTP(self.secret).at(at)


def wrong(code: str) -> str:
    """Six digits that are not these."""
    return f"{(int(code) + 1) % 10**6:06}"


def enrol(actor: Actor) -> Authenticator:
    """Set up a second factor through the use-cases; its present code is then used up."""
    perform(actor, usecases.begin_second_factor)
    secret = queries.own_secret(actor)
    assert secret is not None
    app, now = Authenticator(secret.text), runtime().clock.now()
    codes = perform(actor, usecases.confirm_second_factor, token=token_of(actor), code=app.code(now))
    return Authenticator(secret.text, tuple(codes))
