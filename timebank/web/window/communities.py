"""The communities that a clerk registers people in: one, a list to type in, or too many for a list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from timebank.kernel.policy import Permission
from timebank.regions.queries import Community, communities_in
from timebank.volunteers.rules import initials_of
from timebank.web.kit.actor import current_actor

MOST_LISTED = 1500
"""More make a page slow to load: then the levels are chosen one after the other."""


@dataclass(frozen=True)
class Choice:
    """A community as the list offers it; `hint` are the initials by which it is found too."""

    code: int
    label: str
    hint: str


@dataclass(frozen=True)
class Reach:
    """The communities of the clerk's own regions."""

    found: list[Community]

    @property
    def is_listed(self) -> bool:
        """Whether they fit into one list."""
        return 0 < len(self.found) <= MOST_LISTED

    @property
    def only(self) -> Choice | None:
        """The one there is, if there is only one."""
        return self.choices[0] if len(self.found) == 1 else None

    @cached_property
    def choices(self) -> list[Choice]:
        return [Choice(each.code, label(each), _hint(each)) for each in self.found]

    @property
    def options(self) -> list[tuple[str, str]]:
        """For a field that offers all of them."""
        return [(each.label, each.label) for each in self.choices]


def reach() -> Reach:
    """The communities in which whoever asks may register people."""
    regions = current_actor().regions(Permission.VOLUNTEER_ASSIST)
    return Reach(communities_in(regions, limit=MOST_LISTED + 1))


def community_named(text: str) -> int | None:
    """The community whose label or unambiguous name this is, within one's own regions."""
    wanted = " ".join(text.split())
    found = reach().found
    whole = [each.code for each in found if label(each) == wanted]
    named = whole or [each.code for each in found if each.name == wanted]
    return named[0] if len(named) == 1 else None


def label(community: Community) -> str:
    """The name with that of the township before it."""
    return f"{community.township} {community.name}"


def _hint(community: Community) -> str:
    readings = initials_of(community.name).split()
    return readings[0] if readings else ""
