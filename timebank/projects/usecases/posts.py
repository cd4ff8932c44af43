"""Changing a post after its shift was made: what it is called, what is to be done, what it asks."""

from __future__ import annotations

from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import Post, Shift
from timebank.projects.queries.shortages import Tightened, short_of
from timebank.projects.rules import PostTerms, checked_terms, prerequisites_of
from timebank.projects.usecases import places
from timebank.projects.usecases.calling_off import concerned, revise
from timebank.projects.usecases.changing import check_seen, open_shift, tell
from timebank.projects.usecases.series import change_each, following_shifts


def edit_post(
    work: Work,
    *,
    shift: Key,
    post: Key,
    terms: PostTerms,
    revision: int | None = None,
    despite_lacking: bool = False,
    following: bool = False,
) -> list[Key]:
    """Change what a post says, as long as its shift is not over; returns the shifts that say it anew.

    With `following` the posts of its name in the later shifts of the series change, too: all, or none.
    Whoever has a place keeps it, also without what is asked from now on; whoever waits gets none without it.
    Its places are changed with the shift. `revision` is that of the shift which the organizer has seen.

    Raises Invalid for the field at fault, NotFound, Conflict "wrong-project-status", "shift-over",
    "shift-ended", "changed-meanwhile", "no-series", "series-refused" naming the shifts that do not take the
    change, or "people-lack-it" where somebody lacks what is asked anew (`despite_lacking` goes on).
    """
    row = open_shift(work, shift)
    if row.ends_at <= work.now:
        raise Conflict("shift-ended")
    check_seen(row, revision)
    found = places.posts_of(work, shift).get(post.id)
    if found is None or post.shard != shift.shard:
        raise NotFound()
    changed, tightened, name = list[Key](), list[Tightened](), found.name

    def change(each: Shift) -> None:
        own, others = _named(work, each, name)
        tidy = checked_terms(terms, others)
        before = prerequisites_of(own.prerequisites)
        if tidy == PostTerms(own.name, own.duty, before):
            return
        asks, now = prerequisites_of(each.prerequisites), tidy.prerequisites
        tightened.append(Tightened.of_post(each.key, each.occurs_on, asks, own.id, before, now))
        own.name, own.duty, own.prerequisites = tidy.name, tidy.duty, now.document()
        revise(work, [each])
        work.emit("shift.post_changed", each.key, project=Key(shift.shard, each.project_id), post=own.key)
        tell(work, each, concerned(work, [each], post=own.id), "volunteer.shift_changed")
        changed.append(each.key)

    change_each(following_shifts(work, row) if following else [row], change)
    if not despite_lacking:
        short_of(tightened).refuse()
    return changed


def _named(work: Work, shift: Shift, name: str) -> tuple[Post, list[str]]:
    """The post of a name, and the names of those beside it. Raises Invalid("no-such-post")."""
    posts = {post.name: post for post in places.posts_of(work, shift.key).values()}
    if name not in posts:
        raise Invalid("no-such-post", field="name")
    return posts[name], [each for each in posts if each != name]
