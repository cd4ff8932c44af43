"""Sign-ups: states, who holds a place and who stands in line, and by which way they came (domain.md §4.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from timebank.kernel.errors import Invalid

LONGEST_NOTE = 200


class SignUpStatus(StrEnum):
    """States of a sign-up. Having come and having served are not among them: visits say that."""

    APPLIED = "applied"
    """Waits for the organizer's approval."""
    WAITING = "waiting"
    """On the wait-list (候补): said yes, and no place was free."""
    OFFERED = "offered"
    """Moved up from the wait-list: a place is kept until `answer_by`."""
    INVITED = "invited"
    """Asked by the organizer; no place is kept, and nothing happens without the person's own yes."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DECLINED = "declined"
    EXPIRED = "expired"
    """An offer or an invitation that nobody answered in time, or a wait that ended without a place."""
    CANCELLED = "cancelled"
    ON_LEAVE = "on_leave"
    """Gave the place back late and said why (请假, Order 685 Art. 22)."""
    NO_SHOW = "no_show"
    """Had a place, gave no notice, and was not there (未到岗)."""
    EXCUSED = "excused"
    """A no-show that was taken back: after an appeal, or by the organizer with a reason."""


class WhyOver(StrEnum):
    """Why a sign-up ended that neither the person nor the organizer ended."""

    OFFER = "offer"
    """Nobody answered the offer in time."""
    INVITATION = "invitation"
    """Nobody answered the invitation before the start."""
    WAIT = "wait"
    """No place got free before the start."""
    STANDING = "standing"
    """The registration was suspended, or was none any more."""
    LACKING = "lacking"
    """It was the person's turn in the line, and something that is asked was missing."""
    CALLED_OFF = "called_off"
    """The shift did not take place, so there was nothing left to answer or to wait for."""


RAN_OUT = {
    SignUpStatus.OFFERED: WhyOver.OFFER,
    SignUpStatus.INVITED: WhyOver.INVITATION,
    SignUpStatus.WAITING: WhyOver.WAIT,
}
"""What has run out when the time of a sign-up in one of these states is over."""


class AppealStatus(StrEnum):
    """States of an appeal against a no-show."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


HAS_PLACE = (SignUpStatus.ACCEPTED, SignUpStatus.NO_SHOW, SignUpStatus.EXCUSED)
HOLDING = (SignUpStatus.ACCEPTED, SignUpStatus.OFFERED)
"""States that take one of the places."""
PENDING = (SignUpStatus.APPLIED, SignUpStatus.WAITING, SignUpStatus.OFFERED, SignUpStatus.INVITED)
"""States in which somebody still has to say or do something."""
STANDING = (*PENDING, SignUpStatus.ACCEPTED)
"""States that are not over: a second sign-up adds nothing."""

SIGN_UP_CHANNELS = ("web", "window", "telephone")
"""By which way a place was taken or given back; the last two are for clerks who act for somebody."""


def has_place(status: str | None) -> bool:
    """Whether the gate lets a person with this sign-up in.

    A no-show had a place: a scan made off line in time and sent after the gate closed is judged by it.
    """
    return status in HAS_PLACE


def leaves_late(starts_at: datetime, now: datetime, notice_minutes: int) -> bool:
    """Whether giving a place back now is a leave, with its reason, and no plain cancelling."""
    return now > starts_at - timedelta(minutes=notice_minutes)


def answer_by(starts_at: datetime, now: datetime, accept_minutes: int) -> datetime:
    """Until when an offered place is kept: never beyond the start."""
    return min(starts_at, now + timedelta(minutes=accept_minutes))


def appealed_in_time(ends_at: datetime, now: datetime, appeal_days: int) -> bool:
    """Whether a no-show can still be appealed."""
    return now <= ends_at + timedelta(days=appeal_days)


def checked_note(text: str | None, field: str = "reason") -> str:
    """A reason or a note of 2 to 200 characters. Raises Invalid("reason-needed") for the field."""
    note = (text or "").strip()
    if not 2 <= len(note) <= LONGEST_NOTE:
        raise Invalid("reason-needed", field=field)
    return note
