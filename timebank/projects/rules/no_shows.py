"""When somebody with a place can be noted by hand as not having come, and when that can be taken back."""

from __future__ import annotations

from timebank.kernel.errors import Conflict
from timebank.projects.rules.sign_ups import AppealStatus, SignUpStatus


def check_absent(status: str, *, was_there: bool, scan_waits: bool) -> None:
    """Whether a place can be noted as a no-show.

    Raises Conflict: "was-there" with a visit, "scan-waits" as long as nobody has decided whether a scan
    counts, "noted-already", "taken-back-already", "no-place".
    """
    if status == SignUpStatus.NO_SHOW:
        raise Conflict("noted-already")
    if status == SignUpStatus.EXCUSED:
        raise Conflict("taken-back-already")
    if status != SignUpStatus.ACCEPTED:
        raise Conflict("no-place")
    if was_there:
        raise Conflict("was-there")
    if scan_waits:
        raise Conflict("scan-waits")


def check_retractable(status: str, appeal: str | None) -> None:
    """Whether a no-show can be taken back without an objection.

    Where there is one, somebody else than who noted it decides. Raises Conflict "not-noted",
    "objection-waits" or "decided-already".
    """
    if status != SignUpStatus.NO_SHOW:
        raise Conflict("not-noted")
    if appeal == AppealStatus.WAITING:
        raise Conflict("objection-waits")
    if appeal is not None:
        raise Conflict("decided-already")
