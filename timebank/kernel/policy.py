"""Who may do what. One literal table; the decision is made in use-cases and queries, never in doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from timebank.kernel.errors import Forbidden, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.region_code import covers


class Permission(StrEnum):
    """Every right there is, alphabetically; `noun:verb`."""

    AUDIT_READ = "audit:read"
    AWARD_RECORD = "award:record"
    CERTIFICATE_ISSUE = "certificate:issue"
    CERTIFICATE_VERIFY = "certificate:verify"
    FIGURE_WRITE = "figure:write"
    GATE_OPERATE = "gate:operate"
    GATE_SCAN = "gate:scan"
    HOURS_CONFIRM = "hours:confirm"
    HOURS_READ = "hours:read"
    HOURS_SUBMIT = "hours:submit"
    JOB_READ = "job:read"
    JOB_RUN = "job:run"
    KEY_ROTATE = "key:rotate"
    LEDGER_READ = "ledger:read"
    MEMBERSHIP_READ = "membership:read"
    MEMBERSHIP_REQUEST = "membership:request"
    MEMBERSHIP_WRITE = "membership:write"
    ORGANIZATION_READ = "organization:read"
    ORGANIZATION_REVIEW = "organization:review"
    ORGANIZATION_WRITE = "organization:write"
    PARTY_READ = "party:read"
    PARTY_REPORT = "party:report"
    PARTY_VERIFY = "party:verify"
    PROJECT_CONTROL = "project:control"
    PROJECT_REVIEW = "project:review"
    PROJECT_WRITE = "project:write"
    REGION_WRITE = "region:write"
    ROLE_GRANT = "role:grant"
    SIGN_UP_READ = "sign_up:read"
    SIGN_UP_WRITE = "sign_up:write"
    SKILL_VERIFY = "skill:verify"
    STATISTICS_EXPORT = "statistics:export"
    STATISTICS_READ = "statistics:read"
    TARGET_WRITE = "target:write"
    TRAINING_RECORD = "training:record"
    USER_SECURE = "user:secure"
    USER_SIGN_IN = "user:sign_in"
    VISIT_CHECK_IN = "visit:check_in"
    VOLUNTEER_ASSIST = "volunteer:assist"
    VOLUNTEER_IMPORT = "volunteer:import"
    VOLUNTEER_MERGE = "volunteer:merge"
    VOLUNTEER_READ = "volunteer:read"
    VOLUNTEER_REGISTER = "volunteer:register"
    VOLUNTEER_REVIEW = "volunteer:review"
    VOLUNTEER_UNMASK = "volunteer:unmask"
    VOLUNTEER_WRITE = "volunteer:write"


class Role(StrEnum):
    """The roles of domain.md §3 that exist so far."""

    AUDITOR = "auditor"
    AUTHORITY = "authority"
    COMMUNITY_WORKER = "community_worker"
    GUARDIAN = "guardian"
    OPERATOR = "operator"
    ORGANIZER = "organizer"
    PARTY_ADMINISTRATOR = "party_administrator"
    RECORDER = "recorder"


P = Permission

PUBLIC: frozenset[Permission] = frozenset({P.CERTIFICATE_VERIFY, P.USER_SIGN_IN, P.VOLUNTEER_REGISTER})
"""What anybody may do without signing in."""

OWN: frozenset[Permission] = frozenset(
    {
        P.HOURS_READ,
        P.LEDGER_READ,
        P.MEMBERSHIP_REQUEST,
        P.PARTY_REPORT,
        P.SIGN_UP_READ,
        P.SIGN_UP_WRITE,
        P.USER_SECURE,
        P.VISIT_CHECK_IN,
        P.VOLUNTEER_READ,
        P.VOLUNTEER_UNMASK,
        P.VOLUNTEER_WRITE,
    }
)
"""What every person may do with what is their own."""

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AUDITOR: frozenset(
        {
            P.AUDIT_READ,
            P.HOURS_READ,
            P.JOB_READ,
            P.LEDGER_READ,
            P.MEMBERSHIP_READ,
            P.ORGANIZATION_READ,
            P.PARTY_READ,
            P.SIGN_UP_READ,
            P.STATISTICS_EXPORT,
            P.STATISTICS_READ,
            P.VOLUNTEER_READ,
        }
    ),
    Role.AUTHORITY: frozenset(
        {
            P.AWARD_RECORD,
            P.FIGURE_WRITE,
            P.HOURS_CONFIRM,
            P.HOURS_READ,
            P.JOB_READ,
            P.LEDGER_READ,
            P.MEMBERSHIP_READ,
            P.ORGANIZATION_READ,
            P.ORGANIZATION_REVIEW,
            P.ORGANIZATION_WRITE,
            P.PARTY_READ,
            P.PROJECT_CONTROL,
            P.PROJECT_REVIEW,
            P.SIGN_UP_READ,
            P.STATISTICS_EXPORT,
            P.STATISTICS_READ,
            P.TARGET_WRITE,
            P.VOLUNTEER_IMPORT,
            P.VOLUNTEER_MERGE,
            P.VOLUNTEER_READ,
        }
    ),
    Role.COMMUNITY_WORKER: frozenset(
        {
            P.AWARD_RECORD,
            P.HOURS_CONFIRM,
            P.HOURS_READ,
            P.LEDGER_READ,
            P.MEMBERSHIP_READ,
            P.ORGANIZATION_READ,
            P.ORGANIZATION_REVIEW,
            P.ORGANIZATION_WRITE,
            P.PARTY_READ,
            P.PARTY_REPORT,
            P.PROJECT_REVIEW,
            P.SIGN_UP_READ,
            P.SKILL_VERIFY,
            P.STATISTICS_READ,
            P.TRAINING_RECORD,
            P.VOLUNTEER_ASSIST,
            P.VOLUNTEER_IMPORT,
            P.VOLUNTEER_MERGE,
            P.VOLUNTEER_READ,
            P.VOLUNTEER_REVIEW,
            P.VOLUNTEER_UNMASK,
            P.VOLUNTEER_WRITE,
        }
    ),
    Role.GUARDIAN: frozenset(),  # a guardian has a ward's own rights, see `Actor.owns`
    Role.OPERATOR: frozenset(
        {
            P.FIGURE_WRITE,
            P.JOB_READ,
            P.JOB_RUN,
            P.KEY_ROTATE,
            P.REGION_WRITE,
            P.ROLE_GRANT,
        }
    ),
    Role.ORGANIZER: frozenset(
        {
            P.CERTIFICATE_ISSUE,
            P.GATE_OPERATE,
            P.GATE_SCAN,
            P.HOURS_READ,
            P.HOURS_SUBMIT,
            P.MEMBERSHIP_READ,
            P.MEMBERSHIP_WRITE,
            P.ORGANIZATION_READ,
            P.PROJECT_WRITE,
            P.SIGN_UP_READ,
            P.TRAINING_RECORD,
        }
    ),
    Role.PARTY_ADMINISTRATOR: frozenset(
        {
            P.PARTY_READ,
            P.PARTY_VERIFY,
            P.STATISTICS_READ,
            P.VOLUNTEER_READ,
        }
    ),
    Role.RECORDER: frozenset(
        {
            P.CERTIFICATE_ISSUE,
            P.HOURS_CONFIRM,
            P.HOURS_READ,
            P.MEMBERSHIP_READ,
            P.ORGANIZATION_READ,
            P.SIGN_UP_READ,
            P.TRAINING_RECORD,
        }
    ),
}


OFFICERS: frozenset[Role] = frozenset(Role) - {Role.GUARDIAN}
"""Roles that reach other people's affairs: who holds one signs in with a second factor."""

SCOPES: frozenset[Permission] = frozenset(Permission) - {P.ROLE_GRANT, P.USER_SECURE, P.USER_SIGN_IN}
"""What an API token may carry: never security settings, never handing out roles."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of one person, limited to a region (with all inside it), an organisation, or one ward."""

    role: Role
    region: int | None = None
    organization: Key | None = None
    ward: Key | None = None
    """The volunteer under 18 whose guardian this is."""

    def reaches(self, region: int | None, organization: Key | None) -> bool:
        """Whether this grant's scope contains the region or is the organisation."""
        if self.organization is not None:
            return organization == self.organization
        return self.region is not None and region is not None and covers(self.region, region)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in user with grants, nobody (anonymous), or the system itself (jobs, commands)."""

    user: Key | None = None
    name: str = ""
    volunteer: Key | None = None
    grants: tuple[Grant, ...] = field(default=())
    is_system: bool = False
    scopes: frozenset[Permission] | None = None
    """What the token in use is limited to; None is no limit. It never adds a right."""

    @property
    def is_anonymous(self) -> bool:
        return self.user is None and not self.is_system

    @property
    def is_officer(self) -> bool:
        return any(grant.role in OFFICERS for grant in self.grants)

    @property
    def label(self) -> str:
        """How events name the actor: an id, never a name."""
        return "system" if self.is_system else str(self.user or "anonymous")

    def is_within(self, permission: Permission) -> bool:
        """Whether the token in use may carry the permission; anything may sign itself out."""
        return self.scopes is None or permission in self.scopes or permission is P.USER_SIGN_IN

    def holding(self, permission: Permission) -> tuple[Grant, ...]:
        """The grants that carry the permission."""
        if not self.is_within(permission):
            return ()
        return tuple(g for g in self.grants if permission in ROLE_PERMISSIONS[g.role])

    def regions(self, permission: Permission) -> tuple[int, ...]:
        """The regions in which the actor holds the permission; queries filter by them."""
        return tuple(g.region for g in self.holding(permission) if g.region is not None)

    def organizations(self, permission: Permission) -> tuple[Key, ...]:
        """The organisations for which the actor holds the permission."""
        return tuple(g.organization for g in self.holding(permission) if g.organization is not None)

    @property
    def wards(self) -> tuple[Key, ...]:
        """The volunteers whose guardian the actor is."""
        return tuple(g.ward for g in self.grants if g.ward is not None)

    def owns(self, owner: Key | None) -> bool:
        """Whether `owner` (a user or a volunteer) is the actor, or a ward of the actor."""
        return owner is not None and owner in (self.user, self.volunteer, *self.wards)

    def can(
        self,
        permission: Permission,
        *,
        region: int | None = None,
        organization: Key | None = None,
        owner: Key | None = None,
    ) -> bool:
        """Whether the actor has the permission there. With no scope given: whether anywhere at all."""
        if not self.is_within(permission):
            return False
        if self.is_system or permission in PUBLIC:
            return True
        if permission in OWN and self.owns(owner):
            return True
        held = self.holding(permission)
        if region is None and organization is None and owner is None:
            return bool(held)
        return any(grant.reaches(region, organization) for grant in held)


SYSTEM = Actor(is_system=True)
ANONYMOUS = Actor()


def offered_scopes(actor: Actor) -> frozenset[Permission]:
    """What a token made by this person may carry: nothing that the person may not do anywhere."""
    return frozenset(p for p in SCOPES if p in OWN | PUBLIC or actor.holding(p))


def require(
    actor: Actor,
    permission: Permission,
    *,
    region: int | None = None,
    organization: Key | None = None,
    owner: Key | None = None,
) -> None:
    """Pass, or raise: Unauthenticated for nobody, NotFound outside one's scope, else Forbidden.

    Forbidden("scope-missing") says that it is the token that may not.
    """
    if actor.can(permission, region=region, organization=organization, owner=owner):
        return
    if actor.is_anonymous:
        raise Unauthenticated()
    if not actor.is_within(permission):
        raise Forbidden("scope-missing", permission=permission.value)
    if actor.holding(permission) or (permission in OWN and owner is not None):
        raise NotFound()
    raise Forbidden(permission=permission.value)
