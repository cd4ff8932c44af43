"""Words of projects, shifts and sign-ups."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from timebank.web.projects import attendance

SENTENCES: dict[str, LazyString] = {
    **attendance.SENTENCES,
    "age-order": _l("The upper age must not be below the lower one."),
    "already-signed-up": _l("You are signed up for this shift already."),
    "appeal-too-late": _l("The time to object is over."),
    "appealed-already": _l("An objection has been made already."),
    "bad-recurrence": _l("This is no recurrence rule. For example: FREQ=WEEKLY;BYDAY=SA;COUNT=8"),
    "below-taken": _l("More places than that are taken already."),
    "changed-meanwhile": _l("Somebody has changed this shift meanwhile. Look at it again, then save."),
    "crosses-midnight": _l("A shift ends on the day on which it starts. Make two shifts of it."),
    "evidence-needed": _l("Add evidence first: a picture or a PDF that shows that it took place."),
    "decided-already": _l("This has been decided already."),
    "ends-before-start": _l("The end must come after the start."),
    "hours-confirmed": _l("Somebody has confirmed hours from this project."),
    "hours-undecided": _l("Hours of this project wait for a decision. Decide about them first."),
    "in-the-past": _l("This time has passed. Choose a later one."),
    "insurance-needed": _l(
        "Service with danger needs insurance. Tick it, and insure people before it begins."
    ),
    "insurance-statement-needed": _l(
        "Say which insurance volunteers have: the insurer, and what is covered."
    ),
    "make-up-in-name": _l(
        "Only a make-up project is called one. Write it with the form for make-up projects."
    ),
    "make-up-quota": _l(
        "The organisation has handed in its %(most)s make-up projects of this month. "
        "Announce projects before they take place."
    ),
    "no-shift-ahead": _l("No shift is ahead. Add one; then people can sign up again."),
    "not-a-make-up": _l("This is only for make-up projects."),
    "not-noted": _l("This person is not noted as not having come."),
    "not-a-phone-number": _l("Enter a phone number with 6 to 20 digits, such as 0833-2440123."),
    "not-in-the-past": _l("A make-up project has taken place already. Choose a time in the past."),
    "not-volunteering": _l(
        "Answered like this, it is not volunteering and must not be recorded as such (MCA Order 67 Art. 19)."
    ),
    "missing-skill": _l(
        "A verified skill is missing (%(first)s). Hand in the certificate under “Skills and training”."
    ),
    "missing-training": _l(
        "A training is missing (%(first)s). Ask the organizer when it is held next and have it recorded."
    ),
    "no-calendar": _l("The calendar is off already."),
    "no-occurrence": _l("The rule names no date from the chosen one on."),
    "no-place": _l("This person had no place in the shift."),
    "no-such-post": _l("It has no post of this name."),
    "no-series": _l("This shift belongs to no series."),
    "not-a-no-show": _l("There is no no-show here to object to."),
    "not-a-volunteer": _l("You are not registered as a volunteer yet. Please register first."),
    "not-for-a-series": _l("Dates of a series are changed shift by shift."),
    "not-party-member": _l(
        "A verified party membership is needed. Ask your party organisation to confirm it."
    ),
    "not-recruiting": _l("This shift does not take sign-ups."),
    "not-signed-up": _l("You have no place in this shift."),
    "noted-already": _l("This person is noted as not having come already."),
    "objection-waits": _l("The person has objected. Somebody who did not note it decides about that."),
    "offer-over": _l("This place is not kept for you any more. You can sign up again."),
    "organization-closed": _l("This organisation is closed."),
    "other-county": _l("A project stays in its county. Choose a place there, or write a new project."),
    "overlaps": _l("You have a place at the same time: %(name)s, %(title)s. Confirm if you want both."),
    "people-lack-it": _l(
        "Some people lack what is asked anew: %(number)s with a place, %(pending)s who wait for one. "
        "Confirm if it is to be asked all the same."
    ),
    "post-needed": _l("Choose a post."),
    "post-twice": _l("Each post needs a name of its own."),
    "prerequisite-missing": _l("Something that this shift asks for is missing."),
    "recurrence-two-ends": _l("Give either a number of times or a last day, not both."),
    "recurrence-without-end": _l("Say how often it takes place, or until when."),
    "region-too-wide": _l("Choose a county, a township or street, or a community."),
    "self-check-needed": _l("Answer the questions of the self-check first."),
    "scan-waits": _l("A scan of this person waits for a decision. Decide first whether it counts."),
    "series-refused": _l(
        "Nothing was changed: the change does not fit %(number)s of the shifts, the first of them "
        "%(title)s on %(day)s."
    ),
    "shift-ahead": _l("A shift is not over yet."),
    "shift-needed": _l("Add the shift that took place first."),
    "supervision-needed": _l(
        "With minors, say how they are guarded: who looks after them, and that guardians agree."
    ),
    "taken-back-already": _l("This no-show was taken back. It is not noted again."),
    "too-far-back": _l("A make-up project may lie at most %(first)s days back."),
    "too-many-shifts": _l("At most %(first)s shifts can be copied at once."),
    "too-much-evidence": _l("At most %(most)s files. Delete one first."),
    "shift-called-off": _l("This shift was cancelled: nobody had to come."),
    "shift-ended": _l("The shift is over."),
    "shift-full": _l("All places are taken. You can stand in line for one."),
    "shift-over": _l("This shift is closed or cancelled."),
    "shift-running": _l("A shift has begun. Close its gate and its hours first."),
    "shift-started": _l("The shift has begun already."),
    "too-many-occurrences": _l("That makes more than %(first)s shifts. Choose an earlier end."),
    "too-old": _l("On that day this shift takes people up to the age of %(first)s."),
    "too-young": _l("On that day this shift takes people from the age of %(first)s on."),
    "unknown-region": _l("Choose the place from the list."),
    "visit-open": _l("Somebody has not checked out. Set the time first."),
    "volunteer-not-registered": _l("Your registration is not approved yet. You can sign up once it is."),
    "volunteer-suspended": _l("Your registration is suspended. Please ask at your community."),
    "was-there": _l("This person checked in, so they were there. A visit is no no-show."),
    "wrong-project-status": _l("The project is in another state by now. Look at it again."),
}

RECIPIENT: dict[str, LazyString] = {
    "subsistence": _l("Subsistence-allowance recipients"),
    "extreme_hardship": _l("People in extreme hardship"),
    "empty_nest": _l("Empty-nest elders"),
    "living_alone": _l("Elders living alone"),
    "left_behind_elder": _l("Left-behind elders"),
    "disabled_elder": _l("Elders who cannot look after themselves"),
    "severe_disability": _l("Severely disabled people"),
    "left_behind_child": _l("Left-behind children"),
    "child_in_difficulty": _l("Children in difficulty"),
    "disability": _l("People with disabilities"),
    "special_family": _l("Special family-planning families"),
    "entitled_group": _l("Entitled groups"),
    "migrant_family": _l("Migrant workers and their families"),
    "resident": _l("Residents"),
}

SAFEGUARD: dict[str, LazyString] = {
    "insurance": _l("Insurance"),
    "transport": _l("Transport"),
    "meal": _l("Meals"),
    "water": _l("Drinking water"),
    "clothing": _l("Clothing"),
    "training": _l("Training"),
    "protection": _l("Protective equipment"),
}

FUND_SOURCE: dict[str, LazyString] = {
    "own": _l("The organisation itself"),
    "purchased": _l("Purchase of services"),
    "government": _l("Public subsidy"),
    "foundation": _l("Foundation or charity"),
    "donation": _l("Donations"),
}

SELF_CHECK: dict[str, LazyString] = {
    "serves_others": _l("Does it serve society or other people, not the organisation's own members?"),
    "own_will": _l("Does everybody take part of their own free will, without being assigned or forced?"),
    "unpaid": _l("Do volunteers get no pay, neither openly nor in another form?"),
    "meeting_or_lecture": _l("Is it a meeting, a lecture or a course at which people only listen?"),
    "duty_or_job": _l("Is it duty on a rota, one's own job, or work during paid hours?"),
    "dinner_or_outing": _l("Is it a dinner, a team outing, sightseeing or watching a film?"),
    "rehearsal": _l("Is it a rehearsal or training for a show or a contest?"),
    "forwarding": _l("Is it forwarding, liking, voting or answering quizzes on the internet?"),
    "gifts_for_hours": _l("Do people get hours for money or things that they give?"),
    "own_benefit": _l("Do those who take part, or their families, benefit from it themselves?"),
    "for_profit": _l("Does anybody make a profit from it under the name of volunteering?"),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    **attendance.WORDS,
    "project_event": {
        "project.approved": _l("Project approved"),
        "project.archived": _l("Project archived"),
        "project.begun": _l("Shifts of the project have begun"),
        "project.cancelled": _l("Project cancelled"),
        "project.closed": _l("Project finished"),
        "project.copied": _l("Project written from another one or a template"),
        "project.created": _l("Project drafted"),
        "project.evidence_added": _l("Evidence added"),
        "project.evidence_opened": _l("Evidence opened"),
        "project.evidence_removed": _l("Evidence deleted"),
        "project.lifted": _l("Stop of the project lifted"),
        "project.paused": _l("Project paused"),
        "project.recruiting_ended": _l("Recruiting ended"),
        "project.recruiting_started": _l("Recruiting begun"),
        "project.rejected": _l("Project rejected"),
        "project.resumed": _l("Project goes on"),
        "project.returned": _l("Project returned for correction"),
        "project.stopped": _l("Project stopped by the authority"),
        "project.submitted": _l("Project submitted"),
        "project.voided": _l("Project declared void"),
        "project_template.removed": _l("Template deleted"),
        "project_template.saved": _l("Template kept"),
        "shift.added": _l("Shift added"),
        "shift.attendance_entered": _l("Attendance entered afterwards"),
        "shift.called_off": _l("Shift called off with its project"),
        "shift.cancelled": _l("Shift cancelled"),
        "shift.changed": _l("Shift changed"),
        "shift.closed": _l("Shift closed"),
        "shift.post_changed": _l("Post of a shift changed"),
        "shift.taken_up": _l("Shift takes place after all"),
        "sign_up.accepted": _l("Signed up for a shift"),
        "sign_up.appeal_decided": _l("Objection to a no-show decided"),
        "sign_up.appealed": _l("No-show objected to"),
        "sign_up.applied": _l("Applied for a shift"),
        "sign_up.cancelled": _l("Sign-up cancelled"),
        "sign_up.declined": _l("Offered place or invitation declined"),
        "sign_up.expired": _l("Offer, invitation or wait ran out"),
        "sign_up.invited": _l("Invited to a shift"),
        "sign_up.no_show": _l("No-show noted"),
        "sign_up.no_show_ended": _l("No-show taken back after a late upload"),
        "sign_up.no_show_retracted": _l("No-show taken back by the organizer"),
        "sign_up.offered": _l("Place offered from the wait-list"),
        "sign_up.on_leave": _l("Leave of absence from a shift"),
        "sign_up.refused": _l("Sign-up refused"),
        "sign_up.waiting": _l("On the wait-list of a shift"),
    },
    "recipient": RECIPIENT,
    "safeguard": SAFEGUARD,
    "fund_source": FUND_SOURCE,
    "self_check": SELF_CHECK,
    "self_check_answer": {"yes": _l("Yes"), "no": _l("No")},
    "project_kind": {"ordinary": _l("Ordinary project"), "make_up": _l("Make-up project")},
    "project_status": {
        "draft": _l("Draft"),
        "submitted": _l("Under review"),
        "returned": _l("Returned"),
        "rejected": _l("Rejected"),
        "scheduled": _l("Recruiting soon"),
        "recruiting": _l("Recruiting"),
        "recruited": _l("Recruiting ended"),
        "running": _l("Under way"),
        "closed": _l("Finished"),
        "archived": _l("Archived"),
        "paused": _l("Paused"),
        "stopped": _l("Stopped by the authority"),
        "voided": _l("Void"),
        "cancelled": _l("Cancelled"),
    },
    "project_action": {
        "submit": _l("Submitted for review"),
        "approve": _l("Approved"),
        "return": _l("Returned for correction"),
        "reject": _l("Rejected"),
        "cancel": _l("Cancelled"),
        "add_shift": _l("Recruiting again for a new shift"),
        "start_recruiting": _l("Recruiting begun"),
        "end_recruiting": _l("Recruiting ended"),
        "run": _l("Shifts have begun"),
        "pause": _l("Paused"),
        "resume": _l("Goes on"),
        "close": _l("Finished"),
        "stop": _l("Stopped by the authority"),
        "lift": _l("Stop lifted"),
        "void": _l("Declared void"),
        "archive": _l("Archived"),
    },
    "project_step": {
        "start_recruiting": _l("Start recruiting now"),
        "end_recruiting": _l("End recruiting"),
        "pause": _l("Pause the project"),
        "resume": _l("Let the project go on"),
        "close": _l("Finish the project"),
        "stop": _l("Stop the project"),
        "lift": _l("Lift the stop"),
        "void": _l("Declare the project void"),
    },
    "project_consequence": {
        "start_recruiting": _l("From now on people can take places in the shifts ahead."),
        "end_recruiting": _l(
            "Nobody can sign up any more. Whoever has a place, waits for one or applied before is not "
            "affected; the shifts go on."
        ),
        "pause": _l("Nobody can sign up, and the gates take nobody in, until you let the project go on."),
        "resume": _l("People can sign up again, and the shifts ahead take place."),
        "close": _l("No shift can be added any more. Hours can still be submitted and confirmed."),
        "stop": _l(
            "Nobody can sign up, and the gates take nobody in, until the authority lifts the stop. "
            "Whoever is inside can check out; their service until now counts."
        ),
        "lift": _l("People can sign up again, and the shifts ahead take place."),
        "void": _l("All shifts whose gates are not closed are cancelled. This cannot be undone."),
    },
    "project_done": {
        "submit": _l("Handed in. Somebody in your region will review it."),
        "approve": _l("Approved. The organizer can go on."),
        "return": _l("Returned to the organizer with your reason."),
        "reject": _l("Rejected. The organizer reads your reason."),
        "cancel": _l("The project and its coming shifts are cancelled."),
        "start_recruiting": _l("The project recruits from now on."),
        "end_recruiting": _l("Recruiting has ended."),
        "pause": _l("The project is paused. Volunteers read your reason."),
        "resume": _l("The project goes on."),
        "close": _l("The project is finished."),
        "stop": _l("The project is stopped. Volunteers read your reason."),
        "lift": _l("The stop is lifted."),
        "void": _l("The project is void."),
    },
    "project_next": {
        "draft": _l("Add a shift and hand it in"),
        "submitted": _l("Somebody in the region decides"),
        "returned": _l("Correct it and hand it in again"),
        "rejected": _l("Nothing more to do"),
        "scheduled": _l("Recruiting begins by itself on the day named"),
        "recruiting": _l("Run the gate on the day"),
        "recruited": _l("Run the gate on the day"),
        "running": _l("Close the gates and submit the hours"),
        "closed": _l("Submit the hours that are left"),
        "archived": _l("Nothing more to do"),
        "paused": _l("Let it go on, or cancel it"),
        "stopped": _l("The authority decides whether it goes on"),
        "voided": _l("Nothing more to do"),
        "cancelled": _l("Nothing more to do"),
    },
    "attendance_line": {
        "entered": _l("Entered"),
        "repeated": _l("Entered before; nothing was changed"),
        "overlaps-other": _l("Was at another shift at that time"),
        "outside-shift": _l("The times do not lie within the shift"),
        "not-registered": _l("Is not a registered volunteer"),
        "not-found": _l("Nobody has this number"),
        "own-registration": _l("Nobody enters the own attendance; ask a colleague"),
    },
    "sign_up_status": {
        "applied": _l("Waits for approval"),
        "waiting": _l("On the wait-list"),
        "offered": _l("Place offered"),
        "invited": _l("Invited"),
        "accepted": _l("Has a place"),
        "refused": _l("Refused"),
        "declined": _l("Declined"),
        "expired": _l("Run out"),
        "cancelled": _l("Cancelled"),
        "on_leave": _l("On leave"),
        "no_show": _l("Did not come"),
        "excused": _l("Excused"),
    },
    "own_sign_up": {
        "applied": _l("Your application waits for the organizer."),
        "waiting": _l("You are on the wait-list."),
        "offered": _l("A place is kept for you."),
        "invited": _l("The organizer invites you."),
        "accepted": _l("You have a place"),
        "refused": _l("The organizer has refused."),
        "declined": _l("You have declined."),
        "expired": _l("The offer or the wait has run out."),
        "cancelled": _l("You have given your place back."),
        "on_leave": _l("You are on leave."),
        "no_show": _l("You were noted as not having come."),
        "excused": _l("Your absence is excused."),
    },
    "why_over": {
        "offer": _l(
            "A place was offered to you, and it was not answered in time. It went to the next in line."
        ),
        "invitation": _l("The invitation was not answered before the shift began."),
        "wait": _l("No place got free before the shift began."),
        "standing": _l(
            "Your registration was suspended or not in force, so you gave way to the next in line."
        ),
        "lacking": _l(
            "A place got free and it was your turn, but something that the shift asks for was missing. "
            "It went to the next in line."
        ),
        "called_off": _l("The shift did not take place."),
    },
    "sign_up_done": {
        "accepted": _l("You have a place. Please come in time; the gate opens before the start."),
        "applied": _l("Your application is with the organizer, who decides about it."),
        "waiting": _l(
            "You are on the wait-list. As soon as a place gets free you find it under “My account”."
        ),
    },
    "coming": {
        "missing": _l("No check-in"),
        "noted": _l("Did not come"),
        "taken_back": _l("Excused"),
        "came": _l("Was there"),
    },
    "no_show_appeal_status": {
        "waiting": _l("Objection waits for a decision"),
        "granted": _l("Objection granted"),
        "refused": _l("Objection refused"),
    },
    "invite_outcome": {
        "invited": _l("Invited"),
        "already-signed-up": _l("Signed up, invited or declined already"),
        "unknown-number": _l("No registered volunteer has this number"),
    },
    "decide_outcome": {
        "accepted": _l("Accepted"),
        "waiting": _l("All places are taken: on the wait-list"),
        "refused": _l("Refused"),
        "decided-already": _l("Decided already"),
        "prerequisite-missing": _l("A prerequisite is missing"),
        "volunteer-suspended": _l("Registration suspended"),
        "volunteer-not-registered": _l("Not registered"),
    },
    "frequency": {
        "DAILY": _l("Every day"),
        "WEEKLY": _l("Every week"),
        "MONTHLY": _l("Every month"),
    },
    "rule_weekday": {
        "MO": _l("Monday"),
        "TU": _l("Tuesday"),
        "WE": _l("Wednesday"),
        "TH": _l("Thursday"),
        "FR": _l("Friday"),
        "SA": _l("Saturday"),
        "SU": _l("Sunday"),
    },
    "shift_status": {
        "open": _l("Open"),
        "closed": _l("Closed"),
        "cancelled": _l("Cancelled"),
    },
}
