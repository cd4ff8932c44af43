"""Words of the gate: every verdict has its own."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import ScanResult
from timebank.web.kit.words import word

SENTENCES: dict[str, LazyString] = {
    "already-decided": _l("Somebody has decided otherwise already."),
    "already-out": _l("This person has checked out already. Undo that first."),
    "batch-size": _l("Send 1 to %(most)s scans at once."),
    "code-or-volunteer": _l("Give a personal code or a volunteer for each scan, not both."),
    "device-expired": _l("This phone was not used for a long time. Sign in on it and open the gate again."),
    "device-revoked": _l("This phone may not be used at the gate any more."),
    "device-unknown": _l("This phone is not registered. Sign in on it and open the gate again."),
    "gate-closed": _l("The gate is closed. Set the time on the page of the hours instead."),
    "not-in": _l("This person has not checked in here. Decide about the check-in first."),
    "not-inside": _l("This person is not inside."),
    "out-time-outside": _l("The time must lie between check-in and now."),
    "overlaps-other": _l("This person is inside at another shift. Check them out there first."),
    "scan-time-needed": _l("A scan made off line needs the time at which it was made."),
    "shift-not-started": _l("The shift has not begun yet."),
    "undo-too-late": _l("It is too late to undo this. Correct the time on the page of the hours instead."),
}

REFUSAL: dict[str, LazyString] = {
    "already-in": _l("You are checked in already"),
    "already-out": _l("You have checked out already"),
    "cancelled": _l("This shift was cancelled or stopped"),
    "clock-skew": _l("The clock of the phone is wrong"),
    "expired-code": _l("This code has run out"),
    "key-reused": _l("Sent for another scan already"),
    "late-upload": _l("The scan arrived very late"),
    "not-approved": _l("Not approved yet"),
    "not-in": _l("You are not checked in"),
    "not-registered": _l("You have no place in this shift"),
    "overlaps-other": _l("You are still checked in elsewhere"),
    "organizer-confirms": _l("Waits for the organizer"),
    "out-of-area": _l("Not at the venue"),
    "phone-refused": _l("The phone had refused this scan"),
    "replayed-code": _l("This code was used already"),
    "suspended": _l("Your registration is suspended"),
    "too-early": _l("Too early"),
    "too-late": _l("Too late"),
    "unknown": _l("This code is not known"),
    "wrong-session": _l("This code belongs to another shift"),
}

ADVICE: dict[str, LazyString] = {
    "already-in": _l("Nothing more to do. Scan the code again when you leave."),
    "already-out": _l("Your time is kept. Ask the organizer if something is wrong."),
    "cancelled": _l("Ask the organizer what happens instead."),
    "clock-skew": _l("The organizer decides whether the time counts."),
    "expired-code": _l("The code on the screen changes every few seconds. Scan it again and press at once."),
    "key-reused": _l("That one stands; this one is not kept. Scan it again."),
    "late-upload": _l("The organizer decides whether the time counts."),
    "not-approved": _l("Your registration or this project still waits for approval. Ask at the desk."),
    "not-in": _l("Check in first. If you were here all the time, ask at the desk."),
    "not-registered": _l("Sign up for the shift while there are places, or ask at the desk."),
    "overlaps-other": _l("Check out there first, then scan this code again."),
    "organizer-confirms": _l("The organizer confirms your scan; then it counts from now."),
    "out-of-area": _l(
        "Allow this page to know where your phone is, and scan again at the venue. "
        "Or give your personal code at the desk: that always works."
    ),
    "phone-refused": _l("The organizer decides whether you were let in."),
    "replayed-code": _l("Wait until the screen shows the next code and scan that one."),
    "suspended": _l("Ask at your community. You may leave a shift you are in."),
    "too-early": _l("The gate is not open yet. Come back a little later and scan again."),
    "too-late": _l("The gate is closed. Ask the organizer."),
    "unknown": _l("Scan the code on the screen at the venue, or give your personal code at the desk."),
    "wrong-session": _l("Scan the code of the shift you are in."),
}

DESK: dict[str, LazyString] = {
    "already-in": _l("is inside already"),
    "already-out": _l("has checked out already"),
    "cancelled": _l("the shift was cancelled or stopped"),
    "clock-skew": _l("the clock of the phone was wrong"),
    "late-upload": _l("the scan arrived very late"),
    "not-approved": _l("is not a registered volunteer yet"),
    "expired-code": _l("the code has run out"),
    "key-reused": _l("this scan's number belongs to another scan"),
    "not-in": _l("is not inside"),
    "not-registered": _l("has no place in this shift"),
    "overlaps-other": _l("is still checked in at another shift"),
    "organizer-confirms": _l("scanned a printed code"),
    "out-of-area": _l("was not at the venue"),
    "phone-refused": _l("the phone had refused it"),
    "replayed-code": _l("the code was used already"),
    "suspended": _l("is suspended"),
    "too-early": _l("the gate is not open yet"),
    "too-late": _l("the gate is closed"),
    "unknown": _l("nobody is known by this code"),
    "wrong-session": _l("is checked in at another shift"),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    "scan_event": {
        "scan.point_read": _l("Place of a phone read"),
        "scan.decided": _l("Scan made off line decided"),
        "scan.undone": _l("Scan taken back"),
    },
    "gate_device_event": {
        "gate_device.registered": _l("Phone registered for the gate"),
        "gate_device.revoked": _l("Phone of the gate revoked"),
        "gate_device.wiped": _l("Phone of the gate emptied"),
    },
    "device_state": {
        "active": _l("Ready for use"),
        "expired": _l("Run out"),
        "revoked": _l("Revoked, not emptied yet"),
        "wiped": _l("Revoked and emptied"),
    },
    "scan_method": {
        "venue_code": _l("Code on the screen"),
        "personal_code": _l("Personal code"),
        "kiosk": _l("Kiosk"),
        "printed_code": _l("Printed code"),
        "organizer": _l("Found by search"),
        "policy": _l("By the rule"),
    },
    "scan_verdict": {
        "accepted": _l("Counted"),
        "repeated": _l("Scanned before"),
        "refused": _l("Not accepted"),
        "provisional": _l("Waits"),
        "undone": _l("Taken back"),
    },
    "scan_direction": {"in": _l("Check in"), "out": _l("Check out")},
    "visit_event": {
        "visit.closed": _l("Check-out set by the organizer"),
        "visit.ended": _l("Visit ended by the policy of the shift"),
        "visit.left": _l("Checked out after the gate was closed"),
    },
    "passage": {"in": _l("Checked in"), "out": _l("Checked out")},
    "presence": {"never_in": _l("Expected"), "inside": _l("Inside"), "gone": _l("Left")},
    "refusal": REFUSAL,
    "refusal_advice": ADVICE,
    "refusal_desk": DESK,
}


def headline(result: ScanResult) -> str:
    """A verdict in a few words."""
    if result.code is None:
        return word(result.direction, "passage")
    return word(result.code, "refusal")


def told(result: ScanResult) -> str:
    """A verdict as a sentence, with what to do."""
    if result.verdict is Verdict.UNDONE:
        return word(result.verdict, "scan_verdict")
    if result.code is None:
        return headline(result)
    return f"{headline(result)}. {word(result.code, 'refusal_advice')}"


def direction_word(direction: Direction) -> str:
    """Checked in or checked out."""
    return word(direction, "passage")
