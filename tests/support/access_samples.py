"""What addresses and bodies are filled with, for `tests/support/access.py`.

Most names mean the same everywhere. Where a decision needs its thing in a state of its own, or a form a value
of its own, an entry of the second tables says so for every `METHOD rule` in which its key stands.
"""

from __future__ import annotations

import base64
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tests.support import make_files as files
from tests.support import make_people as people
from tests.support.access_world import KNOWN_PHONE, OWN_DOCUMENT, REASON, Things
from tests.support.make_projects import PICTURE
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.projects.queries import gate_of
from timebank.volunteers.models import Volunteer

Own = dict[str, dict[str, Any]]
ZONE = ZoneInfo("Asia/Shanghai")


def addresses(things: Things) -> dict[str, Any]:
    """What stands in addresses: by the name, or by the part before it and the name."""
    shift = things.waiting.shift
    return {
        "<key:volunteer_import>/move": "start",
        "account": things.account,
        "action": "approve",
        "answer": "accept",
        "certificate": things.asked,
        "appeal": things.appeal,
        "c/code": "ABCDEFGH",
        "calendar/secret": "nothing",
        "child": things.child,
        "claims/action": "verify",
        "correction": things.correction,
        "device": things.device,
        "filename": "css/base.css",
        "evidence": things.evidence,
        "fold": things.fold,
        "form": "csv",
        "gate/key": shift,
        "grant": things.grant,
        "identity": things.identity,
        "indicators/code": "registered_share",
        "invitation": things.invitation,
        "join/code": things.code,
        "keep": things.keep,
        "kind": "skill",
        "membership": things.member,
        "number": things.number,
        "move": things.move,
        "organization": things.team,
        "place": things.ward_place,
        "post": things.post,
        "project": things.waiting.event.project,
        "projects/key": things.waiting.event.project,
        "proposal": things.proposal,
        "purpose": "publication",
        "qualification": things.proof,
        "record": things.record,
        "register/name": "you",
        "regions/code": people.NORTH,
        "report": things.report,
        "scan": things.provisional,
        "shift": shift,
        "shifts/key": shift,
        "sign_up": things.taken,
        "step": "accept",
        "teams/key": things.team,
        "template": things.template,
        "token": things.token,
        "user": things.colleague,
        "visit": things.own_visit,
        "volunteer": things.volunteer,
        "volunteer_import": things.file,
        "wards/volunteer": things.ward,
    }


def own_addresses(things: Things) -> Own:
    """What single rules take in place of those."""
    people_and_requests = _of_people(things) | _of_requests(things) | _of_certificates(things)
    gates = _of_gate(things) | _of_attendance(things)
    return people_and_requests | _of_teams(things) | _of_party(things) | gates


def _of_gate(things: Things) -> Own:
    """Scans of a shift that is still open."""
    place = {"key": things.next.shift, "shift": things.next.shift}
    return {
        "/scans/<key:scan>/decision": place,
        "/scans/<key:scan>/undo": {**place, "scan": things.counted},
    }


def _of_people(things: Things) -> Own:
    """Registrations, and people in somebody's care."""
    return {
        **{
            f"/volunteers/<key:volunteer>/{step}": {"volunteer": things.applicant}
            for step in ("<action>", "approve", "reject", "return", "verify-identity")
        },
        "/volunteers/<key:volunteer>/close": {"volunteer": things.by_hand},
        "/volunteers/<key:volunteer>/data": {"volunteer": things.by_hand},
        "/volunteers/<key:volunteer>/keep": {"volunteer": things.closing},
        "/volunteers/<key:volunteer>/other": {"volunteer": things.fold},
        "/volunteers/<key:volunteer>/reinstate": {"volunteer": things.suspended},
        "/volunteers/<key:volunteer>/verify-party": {"volunteer": things.claimant},
        "/volunteers/<key:volunteer>/party": {"volunteer": things.claimant, "step": "verify"},
        "/volunteers/<key:volunteer>/party/claim": {"volunteer": things.own},
        "/volunteers/<key:volunteer>/party/withdraw": {"volunteer": things.comrade},
        "/volunteers/<key:volunteer>/assist/give-back": {"volunteer": things.volunteer},
        "/volunteers/<key:volunteer>/consents": {"volunteer": things.ward},
        "PATCH /api/v1/volunteers/<key:volunteer>": {"volunteer": things.returned},
        "/my/wards/<key:volunteer>/consent": {"volunteer": things.asking},
        "/my/wards/<key:volunteer>/consents": {"volunteer": things.ward},
        "/my/wards/<key:volunteer>/refuse": {"volunteer": things.asking},
        "/my/wards/<key:volunteer>/registration": {"volunteer": things.returned},
        "/my/wards/<key:volunteer>/shifts/<key:shift>": {"shift": things.free},
        "/shifts/<key:shift>/sign-up": {"shift": things.free},
        "/shifts/<key:shift>/sign-ups/<key:sign_up>/cancel": {
            "shift": things.next.shift,
            "sign_up": things.own_place,
        },
        "DELETE /api/v1/sign-ups/": {"sign_up": things.own_invited},
        **{
            f"/shifts/<key:shift>/sign-ups/<key:sign_up>/{step}": {"shift": things.asked, "sign_up": own}
            for step, own in (
                ("accept", things.own_invited),
                ("decline", things.own_invited),
                ("appeal", things.own_missed),
            )
        },
        "/sign-ups/<key:sign_up>/accept": {"sign_up": things.own_invited},
        "/sign-ups/<key:sign_up>/decline": {"sign_up": things.own_invited},
        "/sign-ups/<key:sign_up>/appeal": {"sign_up": things.own_missed},
        **{
            f"/organize/shifts/<key:key>{step}": {"key": things.decided}
            for step in ("$", "/decide", "/invite", "/edit", "/cancel", "/poster")
        },
        **{
            f"/shifts/<key:shift>/{step}$": {"shift": things.decided}
            for step in ("cancel", "sign-ups/approve", "sign-ups/refuse", "invitations", "invitations/team")
        },
        "PUT /api/v1/shifts/<key:shift>$": {"shift": things.decided},
        "/shifts/<key:shift>/posts/": {"shift": things.with_posts},
        "/organize/shifts/<key:key>/posts/": {"key": things.with_posts},
    }


def _of_requests(things: Things) -> Own:
    """What waits for a decision."""
    return {
        "/corrections/<key:correction>/withdraw": {"correction": things.own_correction},
        "/office/corrections/<key:correction>/<action>": {"action": "accept"},
        "/office/moves/<key:move>/<action>": {"action": "accept"},
        "/office/proposals/<key:proposal>/<action>": {"action": "confirm"},
        "/move/<key:move>/withdraw": {"move": things.own_move},
        "/moves/<key:move>/withdraw": {"move": things.own_move},
        "/volunteer-imports/<key:volunteer_import>/pause": {"volunteer_import": things.running},
        "/volunteer-imports/<key:volunteer_import>/resume": {"volunteer_import": things.paused},
        "/qualifications/<key:qualification>/withdraw": {"qualification": things.own_proof},
    }


def _of_certificates(things: Things) -> Own:
    """Certificates that are issued already, and the officer's own."""
    return {
        "/certificates/<key:certificate>/revoke": {"certificate": things.certified},
        "/organize/certificates/<key:certificate>/<any(issue, refuse, revoke):step>": {"step": "issue"},
        "/office/certificates/<key:certificate>/print": {"certificate": things.certified},
        "POST /office/volunteers/<key:volunteer>/certificates": {"volunteer": things.served},
        "/my/certificates/<key:certificate>/": {"certificate": things.own_asked},
        "/certificates/<key:certificate>/reveals": {"certificate": things.own_asked},
        "/my/certificates/<key:certificate>/shown": {"certificate": things.own_certified},
    }


def _of_attendance(things: Things) -> Own:
    """A shift with a printed code, and what was objected to there."""
    return {
        "/shifts/<key:shift>/printed-code": {"shift": things.paper},
        "/api/v1/visit-appeals/": {"appeal": things.visit_appeal},
        "/shifts/<key:shift>/scans/<key:scan>/point": {"shift": things.paper, "scan": things.paper_scan},
        "/gate/<key:key>/paper": {"key": things.paper},
        "/my/visits/<key:visit>/appeal": {"visit": things.own_other_visit},
        "/sign-ups/<key:sign_up>/no-show": {"sign_up": things.absent},
        "/sign-ups/<key:sign_up>/no-show/take-back": {"sign_up": things.noted},
        "/shifts/<key:shift>/absences": {"shift": things.paper},
        "/organize/shifts/<key:key>/absences": {"key": things.paper, "sign_up": things.absent},
        "/absences/<key:sign_up>/take-back": {"key": things.noted_at, "sign_up": things.noted},
        "/organize/shifts/<key:shift>/appeals/": {"shift": things.paper, "appeal": things.other_visit_appeal},
    }


def _of_teams(things: Things) -> Own:
    """Organisations with their members, and projects."""
    return {
        "/invitations/<key:invitation>/accept": {"invitation": things.own_invitation},
        "/invitations/<key:invitation>/decline": {"invitation": things.own_invitation},
        "/my/teams/invitations/": {"invitation": things.own_invitation},
        "/memberships/<key:membership>/approve": {"membership": things.request},
        "/memberships/<key:membership>/refuse": {"membership": things.request},
        "/memberships/<key:membership>/leave": {"membership": things.own_membership},
        "/members/<key:membership>/<action>": {"membership": things.request},
        **{
            f"/organizations/<key:organization>/{step}": {"organization": things.proposed}
            for step in ("approve", "decide/<action>", "reject", "return")
        },
        **{
            f"/organizations/<key:organization>/{step}$": {"organization": things.other}
            for step in ("close", "suspend")
        },
        "/organizations/<key:organization>/reinstate": {"organization": things.paused_team},
        "/organizations/<key:organization>/submit": {"organization": things.own_draft},
        "/organizations/<key:organization>/withdraw": {"organization": things.own_proposed},
        "/organizations/<key:organization>/parent/": {"organization": things.child},
        "/organize/teams/<key:key>/step/<action>": {"key": things.own_draft, "action": "submit"},
        "/organize/teams/<key:key>/withdraw": {"key": things.own_proposed},
        **{
            f"/projects/<key:{name}>{step}$": {name: key}
            for name in ("key", "project")
            for step, key in (
                ("/approve", things.submitted),
                ("/close", things.over),
                ("/edit", things.draft),
                ("/end-recruiting", things.pausing),
                ("/evidence", things.making_up),
                ("/evidence/<key:evidence>", things.making_up),
                ("/evidence/<key:evidence>/open", things.making_up),
                ("/evidence/<key:evidence>/remove", things.making_up),
                ("/lift", things.halted),
                ("/pause", things.pausing),
                ("/reject", things.submitted),
                ("/resume", things.resting),
                ("/return", things.submitted),
                ("/shifts/new", things.draft),
                ("/start-recruiting", things.scheduled),
                ("/stop", things.pausing),
                ("/submit", things.draft),
                ("/void", things.pausing),
            )
        },
        "/office/projects/<key:key>/steps/<step>": {"key": things.pausing, "step": "stop"},
        "/organize/projects/<key:key>/steps/<step>": {"key": things.pausing, "step": "end-recruiting"},
        "/shifts/<key:shift>/attendance": {"shift": things.made_up_shift},
        "PATCH /api/v1/projects/<key:project>": {"project": things.draft},
        "/teams/<key:key>/ask": {"key": things.other},
    }


def _of_party(things: Things) -> Own:
    """Party organisations and reports."""
    return {
        "/party/organizations/<key:organization>": {"organization": things.branch},
        "/party/organizations/<key:organization>/dissolve": {"organization": things.above},
        "/party/participation/members/<key:organization>": {"organization": things.branch},
        "/party/reports/<key:report>/<step>": {"step": "confirm"},
        "/party/reports/<key:report>/end": {"report": things.confirmed},
        "/party/reports/<key:report>/feedback": {"report": things.confirmed},
    }


SAID: dict[str, Any] = {
    "agreed": "1",
    "at": "2026-12-10T09:30",
    "begins": "09:00",
    "belongs": "community",
    "capacity": 10,
    "cell": "x",
    "channel": "window",
    "client_id": "tap-of-the-matrix",
    "counts": True,
    "code": "ABCDEFGH",
    "content": "陪伴社区独居老人用午餐。",
    "date": "2026-12-10",
    "days": 30,
    "deadline_on": "2030-12-31",
    "direction": "in",
    "document": "某市规划",
    "closes_minutes": 60,
    "ends": "12:00",
    "ends_at": "2026-12-10T12:00:00+08:00",
    "field": "name",
    "fields": ["phone"],
    "first_day": "2027-01-31",
    "held_on": "2026-05-04",
    "handler": "赵记录",
    "head": "周敏",
    "granted": "true",
    "hours": "8",
    "indicator": "registered_share",
    "issuer": "市红十字会",
    "kind": "organization",
    "label": "对接程序",
    "leader_name": "王队长",
    "make_up_reason": REASON,
    "level": "county",
    "method": "in_person",
    "minutes": 480,
    "note": "经核对，是同一个人。",
    "occurs_on": "2026-12-10",
    "opens_minutes": 30,
    "out_at": "2026-11-22T12:00:00+08:00",
    "password": people.PASSWORD,
    "place": "社区食堂一楼",
    "purpose": "核对联系电话",
    "purposes": ["publication"],
    "quotation": "到二〇三〇年达到百分之十三。",
    "reason": REASON,
    "recipients": ["living_alone"],
    "region": f"{people.NORTH:012d}",
    "region_code": f"{people.NORTH_COMMUNITY:012d}",
    "reply": "已核对。",
    "right": "张大山",
    "risk": "地面湿滑。",
    "role": "recorder",
    "safeguards": ["insurance"],
    "scans": [],
    "scopes": ["volunteer:read"],
    "share": 1300,
    "signed": True,
    "skill": "first_aid",
    "starts_at": "2026-12-10T09:00:00+08:00",
    "text": "张",
    "title": "上午场",
    "to": KNOWN_PHONE,
    "unit": "区图书馆",
    "uses": 20,
    "wrong": "姓名有误",
    "year": 2026,
}
"""What stands in bodies and asked addresses, by the name of the field."""


def bodies(things: Things) -> dict[str, Any]:
    """The same with what exists in this world, and somebody who registers."""
    number = people.document_number(901, date(1980, 3, 4))
    someone = people.application(document_number=number, phone="12900000901")
    named = {
        "fold": str(things.fold),
        "keep": str(things.keep),
        "number": number_of(things.keep),
        "organization": str(things.team),
        "parent": str(things.other),
        "qualifications": [str(things.proof)],
        "records": [str(things.record)],
        "shift": str(things.free),
        "sign_up": str(things.taken),
        "user": str(things.recorder),
        "volunteers": [str(things.claimant)],
    }
    return someone | SAID | named | {"credit_code": people.credit_code()}


def own_bodies(things: Things) -> Own:
    """What single rules take in place of those."""
    in_branch = {"organization": str(things.branch)}
    team = {"kind": "team", "name": "泊水晨练队", "categories": ["neighbour_help"], "head_name": "周小川"}
    team |= {
        "filing_no": "泊水备2026-900",
        "filing_authority": "泊水街道办事处",
        "supervisor": "泊水街道办事处",
    }
    team |= {"head_phone": "12900000977", "credit_code": None}
    return _project_bodies(things) | {
        "/organizations/<key:organization>/roles": {"phone": KNOWN_PHONE},
        "/shifts/<key:shift>/scans": {"scans": [{"client_id": "tap", "code": "ABCDEFGH", "direction": "in"}]},
        "POST /api/v1/organizations$": team,
        "POST /api/v1/volunteers$": {"channel": "web"},
        **_bodies_of_places(things),
        "/gate/<key:key>/search": {"text": "某人"},
        "/gate/<key:key>$": {"personal_code": "ABCDEFGH"},
        "/office/hours/<key:shift>": {"decision": "confirm"},
        "/api/v1/visits/<key:visit>/appeal": {"stayed_until": things.ended_at.isoformat()},
        "/my/visits/<key:visit>/appeal": {"stayed_until": f"{things.other_ended_at.astimezone(ZONE):%H:%M}"},
        "/api/v1/visit-appeals/<key:appeal>/decide": {"accept": True, "answer": REASON, "out_at": None},
        "/organize/shifts/<key:shift>/appeals/": {"decision": "refuse", "answer": REASON, "out_at": ""},
        "/projects/<key:key>/shifts/new": {"starts_at": "09:00", "ends_at": "12:00"},
        "/certificates/<key:certificate>/issue": {"phone": "0833-2100001"},
        "/organize/certificates/<key:certificate>/": {"phone": "0833-2100001"},
        "/certificates$": {"to": None, "reveals": ["name"]},
        "/my/account/close": {"code": None},
        **{f"/{whose}/data": {"code": None} for whose in ("my", "me")},
        "/assist/statement": {"from": "2026-01-01", "to": "2026-12-01"},
        "/office/cards": {"volunteer": [str(things.volunteer)]},
        "POST /api/v1/statistics/targets": {"region_code": f"{people.NORTH:012d}"},
        "/party": in_branch,
        "POST /office/party/claims": in_branch,
        "/verify-party": in_branch,
        "/party/organizations": {
            "kind": "branch",
            "parent": str(things.above),
            "name": "第九十党支部",
        },
        "/party/claims/list": {"numbers": number_of(things.claimant)},
        "/party/claims/verify-numbers": {"numbers": [number_of(things.claimant)]},
        "/party/reports": {"number": number_of(things.in_service)},
        "/trainings": {"numbers": [number_of(things.volunteer)]},
        "/office/trainings/new": {"numbers": number_of(things.volunteer)},
        "/me/memberships": {"code": things.code},
        "/my/teams/new": team,
        "/organize/teams/<key:key>/edit": {"name": "嘉州志愿服务队", "introduction": "陪伴独居老人。"},
        "/proposals": {"kind": "death"},
        "/moves": {"region_code": f"{people.NORTH_SECOND:012d}"},
        "/move": {"region_code": f"{people.NORTH_SECOND:012d}"},
        "/my/wards/<key:volunteer>/consent": {"document_number": OWN_DOCUMENT},
        "/my/profile/edit": {"service_region_code": ""},
        "/volunteers/<key:volunteer>/data": {"password": None},
        "/volunteers/<key:volunteer>/close": {"password": None},
        "/volunteers/<key:volunteer>/consents": {"purposes": ["publication"]},
        "/office/imports/new": {"file": files.csv_bytes(files.people(2, start=200))},
        "/volunteer-imports": {"file": files.csv_bytes(files.people(2, start=300))},
        "/office/grants/new": {"role": "auditor", "phone": KNOWN_PHONE},
    }


def _project_bodies(things: Things) -> Own:
    """Evidence of make-up projects, and who was there."""
    return {
        "/submit": {"answers": None},
        "/projects/<key:key>/evidence": {"file": PICTURE},
        "/projects/<key:project>/evidence": {"file": base64.b64encode(PICTURE).decode()},
        "POST /api/v1/shifts/<key:shift>/attendance": {"people": [line_of(things)]},
        "/organize/shifts/<key:shift>/attendance": {
            "numbers": number_of(things.keep),
            "in_at": "07:30",
            "out_at": "09:00",
        },
    }


def line_of(things: Things) -> dict[str, str]:
    """Somebody who was at the shift of the make-up project."""
    gate = gate_of(things.made_up_shift)
    assert gate
    times = {"in_at": gate.starts_at.isoformat(), "out_at": gate.ends_at.isoformat()}
    return {"number": number_of(things.keep), **times}


def _bodies_of_places(things: Things) -> Own:
    """What is said about shifts and sign-ups."""
    return {
        "POST /api/v1/shifts/<key:shift>/sign-ups$": {"despite_overlap": True},
        "/shifts/<key:shift>/sign-up$": {"despite_overlap": "1"},
        "/my/wards/<key:volunteer>/shifts/<key:shift>": {"despite_overlap": "1"},
        "/shifts/<key:shift>/sign-ups/<key:sign_up>/cancel": {"reason": REASON},
        "/organize/shifts/<key:key>/decide": {"decision": "approve", "sign_ups": [str(things.applied)]},
        "/organize/shifts/<key:key>/invite": {"numbers": number_of(things.volunteer)},
        "/organize/shifts/<key:key>/edit": {"starts_at": "09:00", "ends_at": "12:00", "step": "confirm"},
        "/organize/shifts/<key:key>/posts/": {"revision": 0},
        "/shifts/<key:shift>/sign-ups/approve": {"sign_ups": [str(things.applied)]},
        "/shifts/<key:shift>/sign-ups/refuse": {"sign_ups": [str(things.applied)]},
        "/shifts/<key:shift>/invitations$": {"numbers": [number_of(things.volunteer)]},
        "/projects/<key:project>/shift-series": {"rule": "FREQ=DAILY;COUNT=2"},
        "/assist/answer": {"answer": "decline", "sign_up": str(things.own_invited)},
    }


def number_of(volunteer: Key) -> str:
    """The volunteer number."""
    row = session().get_one(Volunteer, (volunteer.shard, volunteer.id))
    return str(row.volunteer_no)
