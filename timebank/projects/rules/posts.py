"""Posts of a shift (岗位), and what else a shift says of whom it wants."""

from __future__ import annotations

from collections.abc import Collection
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
class PostTerms:
    """What a post says of itself, its places aside."""

    name: str
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


def checked_terms(terms: PostTerms, others: Collection[str]) -> PostTerms:
    """What one post says, tidied; `others` are the names of the posts beside it.

    Raises Invalid naming every field that is wrong.
    """
    wrong: dict[str, list[str]] = {}
    name, duty = _tidy_name(terms.name), _tidy_duty(terms.duty)
    asked = terms.prerequisites
    try:
        asked = checked_prerequisites(asked)
    except Invalid as error:
        wrong |= error.fields
    if not 0 < len(name) <= LONGEST_POST_NAME:
        wrong["name"] = [f"wrong-length 1 {LONGEST_POST_NAME}"]
    elif name in others:
        wrong["name"] = ["post-twice"]
    if duty and len(duty) > LONGEST_DUTY:
        wrong["duty"] = [f"too-long {LONGEST_DUTY}"]
    if wrong:
        raise Invalid(fields=wrong)
    return PostTerms(name, duty, asked)


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
        name=_tidy_name(post.name),
        duty=_tidy_duty(post.duty),
        prerequisites=checked_prerequisites(post.prerequisites),
    )


def _tidy_name(name: str) -> str:
    return " ".join(name.split())


def _tidy_duty(duty: str | None) -> str | None:
    return (duty or "").strip() or None
