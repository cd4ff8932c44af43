"""Posts of a shift (岗位), and what else a shift says of whom it wants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from timebank.kernel.errors import Invalid
from timebank.projects.rules.prerequisites import Prerequisites, checked_prerequisites
from timebank.projects.rules.shifts import LARGEST_SHIFT

LONGEST_POST_NAME = 60
LONGEST_DUTY = 300
LONGEST_BRING = 300
MOST_POSTS = 20


@dataclass(frozen=True, slots=True)
class PostSaid:
    """What is said of a post."""

    name: str
    capacity: int
    duty: str | None = None
    prerequisites: Prerequisites = field(default_factory=Prerequisites)


@dataclass(frozen=True, slots=True)
class ShiftSaid:
    """What a shift says beside its times, its places and its gate."""

    posts: tuple[PostSaid, ...] = ()
    prerequisites: Prerequisites = field(default_factory=Prerequisites)
    needs_approval: bool = False
    bring: str | None = None


def checked_said(said: ShiftSaid) -> ShiftSaid:
    """What is said, tidied. Raises Invalid naming the fields that are wrong."""
    wrong: dict[str, list[str]] = {}
    posts = tuple(_tidy(post) for post in said.posts)
    if len(posts) > MOST_POSTS:
        wrong["posts"] = [f"too-many-chosen {MOST_POSTS}"]
    elif any(not 0 < len(post.name) <= LONGEST_POST_NAME for post in posts):
        wrong["posts"] = [f"wrong-length 1 {LONGEST_POST_NAME}"]
    elif any(not 1 <= post.capacity <= LARGEST_SHIFT for post in posts):
        wrong["posts"] = [f"out-of-range 1 {LARGEST_SHIFT}"]
    elif any(post.duty and len(post.duty) > LONGEST_DUTY for post in posts):
        wrong["posts"] = [f"too-long {LONGEST_DUTY}"]
    elif len({post.name for post in posts}) < len(posts):
        wrong["posts"] = ["post-twice"]
    bring = (said.bring or "").strip() or None
    if bring and len(bring) > LONGEST_BRING:
        wrong["bring"] = [f"too-long {LONGEST_BRING}"]
    if wrong:
        raise Invalid(fields=wrong)
    return replace(said, posts=posts, prerequisites=checked_prerequisites(said.prerequisites), bring=bring)


def capacity_of(said: ShiftSaid, capacity: int | None) -> int:
    """The places of a shift: those of its posts together, where it has posts.

    Raises Invalid("required", field="capacity") without either.
    """
    if said.posts:
        return sum(post.capacity for post in said.posts)
    if capacity is None:
        raise Invalid("required", field="capacity")
    return capacity


def _tidy(post: PostSaid) -> PostSaid:
    return replace(
        post,
        name=" ".join(post.name.split()),
        duty=(post.duty or "").strip() or None,
        prerequisites=checked_prerequisites(post.prerequisites),
    )
