"""A small service at work, for `tests/support/access.py`: people, teams, requests and files in one county.

Everything an address can be about lies north. The officer there holds every role at once, and is a person
with own affairs too: a volunteer, a guardian, a member of a team, invited to another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.support import authenticator, make_hours
from tests.support import make_certificates as certificates
from tests.support import make_families as families
from tests.support import make_files as files
from tests.support import make_lives as lives
from tests.support import make_party as party
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support import make_teams as teams
from tests.support.clock import FakeClock
from tests.support.signed_in import token_of
from timebank.attendance.queries import paper_code
from timebank.attendance.rules import Direction, Position, Verdict, read_token
from timebank.attendance.usecases import (
    ScanInput,
    close_gates,
    note_absence,
    register_device,
    scan_batch,
)
from timebank.hours.models import ServiceRecord
from timebank.hours.usecases import appeal, ask_for_correction
from timebank.identity.models import ExternalIdentity, RoleGrant
from timebank.identity.queries import own_number
from timebank.identity.usecases import grant_role, link_external, make_api_token
from timebank.kernel.db import runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.ledger.models import Account
from timebank.memberships import usecases as memberships
from timebank.organizations import usecases as organizations
from timebank.party.rules import Belongs
from timebank.party.rules import Kind as PartyKind
from timebank.projects.models import SignUp
from timebank.projects.queries import dossier, shift_card, shift_keys
from timebank.projects.rules import Action, PostSaid, PrintedCode, ShiftSaid, SignUpStatus
from timebank.projects.usecases import (
    add_series,
    appeal_no_show,
    approve_project,
    invite_volunteers,
    move_project,
    save_template,
    sign_up,
    submit_project,
)
from timebank.qualifications import usecases as qualifications
from timebank.qualifications.rules import Kind, Said
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import Application, IdentityMethod, Wanted

BY_REGION = [role for role in Role if role not in (Role.GUARDIAN, Role.ORGANIZER, Role.RECORDER)]
"""What an officer here holds all at once, in a region; the other two are held for an organisation."""

KNOWN_PHONE = "12900000001"
PROOF = b"%PDF-1.7 certificate"
REASON = "情况有变，需要处理。"
OWN_DOCUMENT = people.document_number(77, date(1979, 5, 6))
"""Of the officer, as a guardian."""
TWINS_BORN_ON = date(1980, 1, 2)
DAY = timedelta(days=1)


def officer(county: int, community: int, organization: Key) -> Actor:
    """A volunteer who holds every role there is, in one county and for one organisation."""
    phone = people.phone()
    key = people.volunteer(
        name="全能干部", phone=phone, region_code=community, political_status="01", password=people.PASSWORD
    )
    for role in BY_REGION:
        perform(SYSTEM, grant_role, phone=phone, role=role, region=county)
    for role in (Role.ORGANIZER, Role.RECORDER):
        perform(SYSTEM, grant_role, phone=phone, role=role, organization=organization)
    return people.actor_of_volunteer(key)


def _number_of(volunteer: Key) -> str:
    found = standing(volunteer)
    assert found
    return found.volunteer_no


def volunteer_of(actor: Actor) -> Key:
    """The registration of whoever has one."""
    assert actor.volunteer is not None
    return actor.volunteer


# --- what addresses are about -----------------------------------------------------------------------


@dataclass(frozen=True)
class Forgotten:
    """A shift that ended without check-outs: the officer's scan and visit, and what others objected.

    One more had a place and did not come.
    """

    shift: Key
    scan: Key
    visit: Key
    ended_at: datetime
    appeals: list[Key]
    absent: Key


class Things:
    """All that addresses and bodies speak of; each is made once."""

    imports = 0

    def __init__(self, officer: Actor, done: make_hours.Attended, waiting: make_hours.Attended) -> None:
        self.officer, self.done, self.waiting = officer, done, waiting
        assert officer.volunteer is not None
        assert officer.user is not None
        self.own, self.team = officer.volunteer, waiting.event.organization
        self.volunteer = volunteer_of(waiting.volunteers[0])
        self._hours()
        self._attendance()
        self._people()
        self._requests()
        self._teams()
        self._gate()
        self._party()
        self._qualifications()
        self._certificates()
        self._sign_in()

    def _hours(self) -> None:
        """An account with hours on it, and a record and a place of the shift that waits for its hours."""
        owner, shift = volunteer_of(self.done.volunteers[0]), self.waiting.shift
        account = select(Account).where(Account.owner_id == owner.id)
        record = select(ServiceRecord).where(ServiceRecord.shift_id == shift.id)
        place = select(SignUp).where(SignUp.shift_id == shift.id)
        self.account, self.record, self.taken = (
            session().scalars(rows.limit(1)).one().key for rows in (account, record, place)
        )

    def _attendance(self) -> None:
        """Two short shifts with a printed code and no check-outs; two people object, the officer does not."""
        first, second = self._forgotten(people.volunteer(), people.volunteer()), self._forgotten()
        self.paper, self.paper_scan = first.shift, first.scan
        self.own_visit, self.own_other_visit = first.visit, second.visit
        self.visit_appeal, self.other_visit_appeal = first.appeals
        self.ended_at, self.other_ended_at = first.ended_at, second.ended_at
        self.absent, self.noted, self.noted_at = first.absent, second.absent, second.shift
        perform(self.again, note_absence, sign_up=self.noted)

    def _forgotten(self, *others: Key) -> Forgotten:
        clock = runtime().clock
        assert isinstance(clock, FakeClock)
        begins = clock.now() + timedelta(minutes=1)
        event = projects.event(
            organization=self.team,
            organizer=self.officer,
            starts_at=begins,
            ends_at=begins + timedelta(minutes=2),
            closes_minutes=0,
            printed_code=PrintedCode.PLACE,
            latitude=29.5521,
            longitude=103.7661,
        )
        code = paper_code(self.officer, event.shift).rpartition("/")[2]
        absent = self._sign_up(event.shift, volunteer_of(projects.signed_up(event.shift)))
        came = []
        for volunteer in (self.own, *others):
            actor = projects.signed_up(event.shift, volunteer)
            result = projects.scan(actor, event, code=code, position=Position(29.5521, 103.7661, 5))
            assert result.visit is not None
            came.append((actor, result.scan, result.visit))
        clock.advance(minutes=4)
        perform(SYSTEM, close_gates, on=clock.now().date())
        ended_at = begins + timedelta(minutes=2)
        appeals = [
            perform(actor, appeal, visit=visit, stayed_until=ended_at, note=REASON)
            for actor, _scan, visit in came[1:]
        ]
        _actor, scan, visit = came[0]
        return Forgotten(event.shift, scan, visit, ended_at, appeals, absent)

    def _people(self) -> None:
        """Registrations in the states that decisions start from, and those in the officer's care."""
        self.applicant = people.applicant()
        self.suspended, self.closing = people.volunteer(), people.volunteer()
        perform(SYSTEM, volunteers.suspend, volunteer=self.suspended, reason=REASON)
        perform(SYSTEM, volunteers.ask_to_close, volunteer=self.closing, signed=True)
        given = people.application(phone=None, channel="window", identity_method="in_person")
        self.by_hand = perform(SYSTEM, volunteers.register, application=Application(**given))
        perform(SYSTEM, volunteers.approve, volunteer=self.by_hand)
        self.fold, self.keep = (
            people.volunteer(name="双胞胎", document_number=people.document_number(serial, TWINS_BORN_ON))
            for serial in (801, 802)
        )
        self.ward, self.asking, self.returned = (self._child(name) for name in ("小一", "小二", "小三"))
        for child in (self.ward, self.returned):
            perform(
                self.officer, volunteers.consent_as_guardian, volunteer=child, document_number=OWN_DOCUMENT
            )
        perform(SYSTEM, volunteers.approve, volunteer=self.ward, method=IdentityMethod.IN_PERSON)
        perform(SYSTEM, volunteers.return_for_correction, volunteer=self.returned, reason=REASON)
        self.next = projects.event(organization=self.team, organizer=self.again, title="下一场")
        self.ward_place, self.own_place = (
            perform(self.again, sign_up, shift=self.next.shift, volunteer=whose)
            for whose in (self.ward, self.own)
        )
        self.draft = projects.draft(self.again, self.team)
        theirs = people.organization("别家志愿服务队")  # the officer does not decide about the own team's
        writer = people.organizer(theirs)
        self.submitted = projects.draft(writer, theirs)
        perform(writer, submit_project, project=self.submitted)
        self.free = projects.shift(self.again, self.next.project, title="空场")
        self._projects()
        self._places()

    def _projects(self) -> None:
        """Projects in the states that steps start from, a template, and make-up projects."""
        runs = self.again
        self.scheduled = projects.approved(
            runs, projects.draft(runs, self.team, recruits_from=runtime().clock.now() + DAY)
        )
        self.pausing, self.resting, self.halted = (
            projects.event(organization=self.team, organizer=runs, title=title).project
            for title in ("要暂停", "已暂停", "已停用")
        )
        for project, action in ((self.resting, Action.PAUSE), (self.halted, Action.STOP)):
            perform(SYSTEM, move_project, project=project, action=action, reason=REASON)
        self.over = projects.approved(runs, projects.draft(runs, self.team))
        self.template = perform(runs, save_template, project=self.draft, name="每月探访")
        self.making_up = projects.made_up(runs, self.team)
        self.evidence = dossier(runs, self.making_up).evidence[0].key
        made_up = projects.made_up(self.waiting.organizer, self.team)
        perform(self.waiting.organizer, submit_project, project=made_up)
        perform(SYSTEM, approve_project, project=made_up)
        self.made_up_shift = shift_keys(made_up)[0]

    def _places(self) -> None:
        """A shift of a series with an application, one with a post, one's own invitation and no-show."""
        runs, day = self.again, {"starts_at": runtime().clock.now() + timedelta(days=9)}
        said = ShiftSaid(needs_approval=True)
        given: dict[str, Any] = {"project": self.next.project, "title": "系列场", "capacity": 9, "said": said}
        given |= {**day, "ends_at": day["starts_at"] + timedelta(hours=2), "rule": "FREQ=WEEKLY;COUNT=2"}
        self.decided, _second = perform(runs, add_series, **given)
        somebody = people.actor_of_volunteer(people.volunteer())
        self.applied = perform(somebody, sign_up, shift=self.decided)
        posts = ShiftSaid(posts=(PostSaid("引导", 2),))
        self.with_posts = projects.shift(runs, self.next.project, title="岗位场", said=posts, **day)
        self.post = shift_card(runs, self.with_posts).posts[0].key
        asked = projects.shift(runs, self.next.project, title="邀请场", **day)
        perform(runs, invite_volunteers, shift=asked, numbers=[_number_of(self.own)])
        self.own_invited = self._sign_up(asked, self.own)
        missed = projects.shift(runs, self.next.project, title="缺席场")
        for who in (runs, somebody):
            perform(who, sign_up, shift=missed, despite_overlap=True)
        for row in session().scalars(select(SignUp).where(SignUp.shift_id == missed.id)):
            row.status = SignUpStatus.NO_SHOW
        session().commit()
        self.own_missed = self._sign_up(missed, self.own)
        self.missed = missed
        theirs = self._sign_up(missed, volunteer_of(somebody))
        self.appeal = perform(somebody, appeal_no_show, sign_up=theirs, note="我在现场")
        self.asked = asked

    def _sign_up(self, shift: Key, volunteer: Key) -> Key:
        rows = select(SignUp).where(SignUp.shift_id == shift.id, SignUp.volunteer_id == volunteer.id)
        return session().scalars(rows).one().key

    @property
    def again(self) -> Actor:
        """The officer with whatever roles there are by now."""
        return teams.again(self.officer)

    def _child(self, name: str) -> Key:
        """Somebody under age who names the officer as guardian."""
        phone = own_number(self.officer)
        assert phone
        said = families.guardian_said(phone=phone, document_number=OWN_DOCUMENT)
        number = people.document_number(born_on=families.SIXTEEN)
        return people.applicant(name=name, document_number=number, guardian=said)

    def _requests(self) -> None:
        """What waits for a decision: moves, corrections, proposals, a file of people."""
        come = people.volunteer(region_code=people.NORTH_SECOND)
        self.move = lives.move(people.actor_of_volunteer(come), come, people.NORTH_COMMUNITY)
        self.own_move = lives.move(self.officer, self.own, people.NORTH_SECOND)
        self.correction, self.own_correction = (
            perform(
                who,
                ask_for_correction,
                volunteer=whose,
                field="name",
                wrong="姓名有误",
                wanted=Wanted("张大山"),
            )
            for who, whose in (
                (people.actor_of_volunteer(self.volunteer), self.volunteer),
                (self.officer, self.own),
            )
        )
        mourned = people.volunteer()
        self.proposal = perform(SYSTEM, volunteers.propose_death, volunteer=mourned, note="死亡证明")
        self.file, self.running, self.paused = (
            self._import(moves) for moves in ((), ("start",), ("start", "pause"))
        )

    def _import(self, moves: tuple[str, ...]) -> Key:
        """A file of three people, judged, and moved on by a colleague."""
        self.imports += 1
        clerk = people.officer()
        key = files.checked(clerk, files.csv_bytes(files.people(3, start=self.imports * 50)))
        for move in moves:
            perform(clerk, volunteers.move_import, volunteer_import=key, move=move)
        return key

    def _teams(self) -> None:
        """The officer administers one team, belongs to a second and is invited to a third."""
        runs = self.again
        self.member, _ = teams.member(self.team, runs)
        self.request, _ = teams.requested(self.team)
        self.invitation = perform(runs, memberships.invite, organization=self.team, to=people.phone())
        self.code = teams.join_code(self.team, runs)
        self.other, administers = teams.founded()
        self.own_membership, _ = teams.member(self.other, administers, runs)
        third, administers = teams.founded()
        phone = own_number(self.officer)
        self.own_invitation = perform(administers, memberships.invite, organization=third, to=phone or "")
        self.proposed, head = teams.draft(teams.person(name="周小川"))
        perform(head, organizations.submit_organization, organization=self.proposed)
        self.paused_team, _ = teams.founded()
        perform(SYSTEM, organizations.suspend_organization, organization=self.paused_team, reason=REASON)
        self.child, administers = teams.founded()
        perform(administers, organizations.ask_parent, organization=self.child, parent=self.team)
        self.below, administers = teams.founded()
        perform(SYSTEM, organizations.ask_parent, organization=self.below, parent=self.team)
        self.own_draft, _ = teams.draft(runs)
        self.own_proposed, _ = teams.draft(runs)
        perform(self.again, organizations.submit_organization, organization=self.own_proposed)
        recorder = people.recorder(self.team)
        assert recorder.user
        self.recorder = recorder.user

    def _gate(self) -> None:
        """A phone of the team, a scan that may be undone, and one that waits for a decision."""
        runs, shift = self.again, self.next.shift
        read = read_token(perform(runs, register_device, shift=shift, name="负责人手机"))
        assert read
        self.device = read
        now = runtime().clock.now()
        expected = projects.signed_up(shift).volunteer
        scans = [
            ScanInput("gate-1", Direction.IN, volunteer=expected),
            ScanInput(
                "gate-2",
                Direction.IN,
                volunteer=people.volunteer(),
                scanned_at=now,
                told=Verdict.ACCEPTED,
            ),
        ]
        self.counted, self.provisional = (
            result.scan for result in perform(runs, scan_batch, shift=shift, scans=scans, sent_at=now)
        )

    def _party(self) -> None:
        """A party organisation with a member, one of a unit, claims, and reports to a community."""
        self.branch = party.organization()
        self.above = party.organization(kind=PartyKind.COMMITTEE)
        unit = party.organization(people.NORTH, belongs=Belongs.UNIT)
        self.comrade, self.claimant = party.member(self.branch), party.claimant()
        self.in_service = party.in_service(unit)
        self.report = party.reported(party.in_service(unit), confirmed=False)
        self.confirmed = party.reported(party.in_service(unit))

    def _qualifications(self) -> None:
        """A proof with its file that waits, a training, and one's own proof."""
        said = Said(title="急救员证书", issuer="市红十字会", skill="first_aid", number="乐急2026-0381")
        self.proof, self.own_proof = (
            perform(who, qualifications.enter, volunteer=whose, kind=Kind.SKILL, said=said, file=PROOF)
            for who, whose in (
                (people.actor_of_volunteer(self.volunteer), self.volunteer),
                (self.officer, self.own),
            )
        )

    def _certificates(self) -> None:
        """Of somebody in the officer's unit and of the officer: one asked for, and one issued."""
        other, own = self.done.volunteers[0], self.again
        self.served = volunteer_of(other)
        self.asked, self.own_asked = (certificates.asked(who, self.team) for who in (other, own))
        begin = date(2026, 1, 1)
        earlier = [certificates.asked(who, self.team, start=begin) for who in (other, own)]
        self.number, _ = (certificates.certified(SYSTEM, key) for key in earlier)
        self.certified, self.own_certified = earlier

    def _sign_in(self) -> None:
        """A token and a linked account of the officer's own, and a colleague with role and second factor."""
        user = self.officer.user
        assert user
        given = {"label": "对接程序", "scopes": ["volunteer:read"], "days": 30}
        self.token = perform(self.officer, make_api_token, by=token_of(self.officer), **given).key
        perform(self.officer, link_external, issuer="https://id.example", subject="subject-of-nobody")
        linked = session().scalars(select(ExternalIdentity).where(ExternalIdentity.user_id == user.id)).one()
        self.identity = linked.key
        colleague = people.officer()
        assert colleague.user
        authenticator.enrol(colleague)
        self.colleague = colleague.user
        grant = select(RoleGrant).where(RoleGrant.user_id == colleague.user.id)
        self.grant = session().scalars(grant).one().key
