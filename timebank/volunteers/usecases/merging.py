"""Folding a second registration of the same person into the one that goes on."""

from __future__ import annotations

from sqlalchemy import update

from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.ledger.book import hand_over
from timebank.ledger.rules import Reason
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import Action, Status
from timebank.volunteers.usecases.rows import advance
from timebank.volunteers.usecases.unlinking import close_identity

KEPT = (Status.REGISTERED, Status.SUSPENDED)


def fold_into(work: Work, fold: Volunteer, keep: Volunteer, *, reference: Key) -> None:
    """Hand everything that `fold` has over to `keep`; both rows are locked. Internal.

    Hours and credit go day by day, so that the years stay right; records stay where they are and are shown
    with `keep`. The name stays on them until `keep` closes the account.
    """
    hand_over(work, giver=fold.key, taker=keep.key, reason=Reason.MERGE, reference=str(reference.id))
    _take_over_party(fold, keep)
    work.session.execute(
        update(Volunteer)
        .where(Volunteer.merged_into_shard == fold.shard_code, Volunteer.merged_into_id == fold.id)
        .values(merged_into_shard=keep.shard_code, merged_into_id=keep.id)
    )
    fold.merged_into_shard, fold.merged_into_id = keep.shard_code, keep.id
    close_identity(work, fold)
    advance(work, fold, Action.MERGE)
    work.emit("volunteer.absorbed", keep.key, folded=fold.key)


def _take_over_party(fold: Volunteer, keep: Volunteer) -> None:
    """A verified membership stays verified, whichever registration it stood on."""
    if keep.party_verified_at is None and fold.party_verified_at is not None:
        keep.political_status = fold.political_status
        keep.party_verified_at, keep.party_verified_by = fold.party_verified_at, fold.party_verified_by
