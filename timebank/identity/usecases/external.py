"""Accounts at an OpenID Connect provider: signing in by one, linking and unlinking it."""

from __future__ import annotations

from timebank.identity.models import ExternalIdentity
from timebank.identity.queries import external_user
from timebank.identity.rules import external_value
from timebank.identity.usecases.sign_in import admit
from timebank.identity.usecases.tokens import SignedIn, own
from timebank.kernel import claims
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work


def sign_in_external(
    work: Work, *, issuer: str, subject: str, is_strong: bool, label: str | None = None
) -> SignedIn:
    """Sign in whoever linked this account; `is_strong` when the provider says it asked for a second factor.

    The door has verified the provider's word. Raises NotFound for an account that nobody linked, and
    Invalid("sign-in-failed") for a closed user.
    """
    work.allow(Permission.USER_SIGN_IN)
    user = external_user(issuer, subject)
    if user is None:
        raise NotFound()
    return admit(work, user, label=label, is_strong=is_strong)


def link_external(work: Work, *, issuer: str, subject: str) -> None:
    """Let the actor sign in by this account of a provider; twice changes nothing.

    Raises Conflict("identity-linked") when it belongs to somebody else here.
    """
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    user = own(work)
    if not claims.take(work, "external-identity", external_value(issuer, subject), user):
        if external_user(issuer, subject) != user:
            raise Conflict("identity-linked")
        return
    key = Key(user.shard, work.new_id())
    sealed = work.runtime.vault.encrypt(subject, f"external_identities.subject:{key}")
    work.session.add(
        ExternalIdentity(
            shard_code=key.shard,
            id=key.id,
            user_id=user.id,
            issuer=issuer,
            subject_sealed=sealed,
            linked_at=work.now,
        )
    )
    work.session.flush()
    work.emit("external_identity.linked", user, identity=key)


def unlink_external(work: Work, *, identity: Key) -> None:
    """Stop signing in by this account. Raises NotFound for one that is not the actor's."""
    work.allow(Permission.USER_SECURE, owner=work.actor.user)
    user = own(work)
    row = work.session.get(ExternalIdentity, (identity.shard, identity.id), with_for_update=True)
    if row is None or Key(row.shard_code, row.user_id) != user:
        raise NotFound()
    subject = work.runtime.vault.decrypt(row.subject_sealed, f"external_identities.subject:{row.key}")
    claims.release(work, "external-identity", external_value(row.issuer, subject))
    work.session.delete(row)
    work.session.flush()
    work.emit("external_identity.unlinked", user, identity=identity)
