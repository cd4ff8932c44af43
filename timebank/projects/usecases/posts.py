"""Changing a post after its shift was made: what it is called, what is to be done, what it asks."""

from __future__ import annotations

from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import Post, Shift
from timebank.projects.queries.posts import short_of
from timebank.projects.queries.prerequisites import asked_of
from timebank.projects.rules import PostTerms, checked_terms, prerequisites_of, together
from timebank.projects.usecases import places
from timebank.projects.usecases.calling_off import concerned, revise
from timebank.projects.usecases.changing import open_shift, tell


def edit_post(
    work: Work,
    *,
    shift: Key,
    post: Key,
    terms: PostTerms,
    revision: int | None = None,
    despite_lacking: bool = False,
) -> bool:
    """Change what a post says, as long as its shift is not over; False where it says that already.

    Whoever has a place keeps it, also without what is asked from now on; whoever waits gets none without it.
    Its places are changed with the shift. `revision` is that of the shift which the organizer has seen.

    Raises Invalid for the field at fault, NotFound, Conflict "wrong-project-status", "shift-over",
    "shift-ended", "changed-meanwhile", or "people-lack-it" where somebody lacks what is asked anew
    (`despite_lacking` goes on).
    """
    row = open_shift(work, shift)
    if row.ends_at <= work.now:
        raise Conflict("shift-ended")
    if revision is not None and revision != row.revision:
        raise Conflict("changed-meanwhile")
    posts = places.posts_of(work, shift)
    found = posts.get(post.id)
    if found is None or post.shard != shift.shard:
        raise NotFound()
    tidy = checked_terms(terms, [each.name for each in posts.values() if each is not found])
    if tidy == PostTerms(found.name, found.duty, prerequisites_of(found.prerequisites)):
        return False
    if not despite_lacking:
        _check_people(row, found, tidy)
    found.name, found.duty = tidy.name, tidy.duty
    found.prerequisites = tidy.prerequisites.document()
    revise(work, [row])
    work.emit("shift.post_changed", shift, project=Key(shift.shard, row.project_id), post=post)
    tell(work, row, concerned(work, [row], post=found.id), "volunteer.shift_changed")
    return True


def _check_people(shift: Shift, post: Post, terms: PostTerms) -> None:
    before = asked_of(shift, post)
    now = together(prerequisites_of(shift.prerequisites), terms.prerequisites)
    short = short_of(shift.key, post.key, before, now, shift.occurs_on)
    if short:
        raise Conflict("people-lack-it", number=len(short.holders), pending=short.pending)
