"""Pages about party members: the office's, the tab of one person, and one's own."""

from __future__ import annotations

from flask import render_template
from flask_babel import lazy_gettext as _l

from timebank.kernel.policy import Permission as P
from timebank.kernel.policy import require
from timebank.party import queries
from timebank.party.rules import ReportStatus
from timebank.web.kit.actor import current_actor
from timebank.web.kit.sections import MY_PAGES, PERSON_TABS, REVIEW_QUEUES, ReviewQueue, Section
from timebank.web.party import membership, organizations, own, participation, reports
from timebank.web.party.door import pages, sections

PERSON_TABS.append(Section("party.person", _l("Party membership"), lambda actor: actor.can(P.PARTY_READ)))
MY_PAGES.append(
    Section("party.mine", _l("My party membership"), lambda actor: actor.volunteer is not None, "shield", 40)
)
REVIEW_QUEUES += [
    ReviewQueue(
        _l("Party members to verify"),
        "flag",
        (P.PARTY_VERIFY,),
        lambda actor, limit: queries.claims(actor, limit=limit),
        "party.claims",
        place=40,
    ),
    ReviewQueue(
        _l("Reports to confirm"),
        "flag",
        (P.PARTY_REPORT,),
        lambda actor, limit: queries.reports(actor, status=ReportStatus.REPORTED, limit=limit),
        "party.reports",
        place=42,
        arguments={"status": ReportStatus.REPORTED.value},
    ),
]

__all__ = ["membership", "organizations", "own", "pages", "participation", "reports"]


@pages.get("/office/party")
def overview() -> str:
    """What waits, and what is counted as membership."""
    actor = current_actor()
    require(actor, P.PARTY_READ)
    return render_template(
        "party/overview.html",
        sections=sections("party.overview"),
        claims=queries.claim_numbers(actor) if actor.can(P.PARTY_VERIFY) else None,
        reports={status: queries.count_reports(actor, status=status) for status in ReportStatus},
        policy=queries.party_policy(),
    )
