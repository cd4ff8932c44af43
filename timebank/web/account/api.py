"""What happens to a registration later, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from timebank.hours import usecases as hours
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.kernel.work import Work
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import Comparison, CorrectionCard, MoveCard, PersonCard, ProposalCard
from timebank.volunteers.rules import ProposalKind, RequestStatus
from timebank.web.account import steps
from timebank.web.account.schemas import (
    AcceptCorrectionSchema,
    CloseSchema,
    ComparisonQuery,
    ComparisonSchema,
    CorrectionRequestSchema,
    DuplicatesQuery,
    MadeSchema,
    MoveSchema,
    NewCorrectionSchema,
    NewMoveSchema,
    NewProposalSchema,
    OwnDataRequestSchema,
    OwnDataSchema,
    OwnProofSchema,
    ProposalSchema,
    ReplySchema,
    TwinsSchema,
    correction_of,
)
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import PageQuery, page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.volunteers.schemas import ReasonSchema, VolunteerSchema

api = api_door("account", "Moves, closing, own data, corrections, deaths and merges of volunteers.")
MovePage = page_schema(MoveSchema)
CorrectionPage = page_schema(CorrectionRequestSchema)
ProposalPage = page_schema(ProposalSchema)


def _made(key: Key) -> dict[str, Any]:
    return {"id": str(key), "status": RequestStatus.OPEN.value}


# --- closing and own data ---------------------------------------------------------------------------


@api.post("/volunteers/<key:volunteer>/close")
@api.arguments(CloseSchema)
@api.response(200, VolunteerSchema)
def close(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Ask to close an account; it can be kept for some days."""
    steps.close(volunteer, given)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/keep")
@api.response(200, VolunteerSchema)
def keep(volunteer: Key) -> PersonCard:
    """Keep an account that was to be closed."""
    act(usecases.keep, volunteer=volunteer)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/data")
@api.arguments(OwnDataRequestSchema)
@api.response(200, OwnDataSchema)
def own_data(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Everything that is kept about a person."""
    return steps.own_data(volunteer, given)


@api.post("/me/data")
@api.arguments(OwnProofSchema)
@api.response(200, OwnDataSchema)
def my_data(given: dict[str, Any]) -> dict[str, Any]:
    """Everything that is kept about whoever is signed in, also without a registration."""
    return steps.my_data(given)


# --- moves ------------------------------------------------------------------------------------------


@api.post("/volunteers/<key:volunteer>/moves")
@api.arguments(NewMoveSchema)
@api.response(201, MadeSchema)
def ask_for_move(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Ask to be taken over by another community."""
    return act_once(usecases.ask_for_move, _made, volunteer=volunteer, **given)


@api.get("/volunteers/<key:volunteer>/moves")
@api.response(200, MovePage)
def moves_of(volunteer: Key) -> Page[MoveCard]:
    """The moves of one person, the latest first."""
    return Page(queries.moves(current_actor(), volunteer))


@api.get("/moves")
@api.arguments(PageQuery, location="query")
@api.response(200, MovePage)
def moves(given: dict[str, Any]) -> Page[MoveCard]:
    """Open moves into one's communities."""
    return queries.moves_to_decide(current_actor(), **given)


@api.get("/moves/<key:move>")
@api.response(200, MoveSchema)
def move(move: Key) -> MoveCard:
    """One move."""
    return queries.move(current_actor(), move)


@api.post("/moves/<key:move>/accept")
@api.response(200, MoveSchema)
def accept_move(move: Key) -> MoveCard:
    """Take somebody over."""
    act(usecases.accept_move, move=move)
    return queries.move(current_actor(), move)


@api.post("/moves/<key:move>/refuse")
@api.arguments(ReasonSchema)
@api.response(200, MoveSchema)
def refuse_move(given: dict[str, Any], move: Key) -> MoveCard:
    """Do not take somebody over, with a reason."""
    act(usecases.refuse_move, move=move, **given)
    return queries.move(current_actor(), move)


@api.post("/moves/<key:move>/withdraw")
@api.response(200, MoveSchema)
def withdraw_move(move: Key) -> MoveCard:
    """Stay after all."""
    act(usecases.withdraw_move, move=move)
    return queries.move(current_actor(), move)


# --- corrections ------------------------------------------------------------------------------------


@api.post("/volunteers/<key:volunteer>/corrections")
@api.arguments(NewCorrectionSchema)
@api.response(201, MadeSchema)
def ask_for_correction(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Ask that something on record is put right."""
    return act_once(hours.ask_for_correction, _made, volunteer=volunteer, **correction_of(given))


@api.get("/volunteers/<key:volunteer>/corrections")
@api.response(200, CorrectionPage)
def corrections_of(volunteer: Key) -> Page[CorrectionCard]:
    """What one person asked to be put right, the latest first."""
    return Page(queries.corrections(current_actor(), volunteer))


@api.get("/corrections")
@api.arguments(PageQuery, location="query")
@api.response(200, CorrectionPage)
def corrections(given: dict[str, Any]) -> Page[CorrectionCard]:
    """Open correction requests in one's communities."""
    return queries.corrections_to_decide(current_actor(), **given)


@api.get("/corrections/<key:correction>")
@api.response(200, CorrectionRequestSchema)
def correction(correction: Key) -> CorrectionCard:
    """One correction request."""
    return queries.correction(current_actor(), correction)


@api.post("/corrections/<key:correction>/accept")
@api.arguments(AcceptCorrectionSchema)
@api.response(200, CorrectionRequestSchema)
def accept_correction(given: dict[str, Any], correction: Key) -> CorrectionCard:
    """Put it right as asked."""
    act(usecases.accept_correction, correction=correction, **given)
    return queries.correction(current_actor(), correction)


@api.post("/corrections/<key:correction>/refuse")
@api.arguments(ReplySchema)
@api.response(200, CorrectionRequestSchema)
def refuse_correction(given: dict[str, Any], correction: Key) -> CorrectionCard:
    """Leave it as it is and say why."""
    act(usecases.refuse_correction, correction=correction, **given)
    return queries.correction(current_actor(), correction)


@api.post("/corrections/<key:correction>/withdraw")
@api.response(200, CorrectionRequestSchema)
def withdraw_correction(correction: Key) -> CorrectionCard:
    """Take a request back."""
    act(usecases.withdraw_correction, correction=correction)
    return queries.correction(current_actor(), correction)


# --- two officers -----------------------------------------------------------------------------------


@api.post("/volunteers/<key:volunteer>/proposals")
@api.arguments(NewProposalSchema)
@api.response(201, MadeSchema)
def propose(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Propose to a second officer that somebody died, lives after all, or is registered twice."""
    return act_once(proposing(given), _made, volunteer=volunteer, note=given["note"])


def proposing(given: dict[str, Any]) -> Callable[..., Key]:
    """The use-case of a kind of proposal. Raises Invalid("required", field="keep") for a merge without it."""
    kind, kept = ProposalKind(given["kind"]), given["keep"]
    if kind is ProposalKind.DEATH:
        return usecases.propose_death
    if kind is ProposalKind.UNDO_DEATH:
        return usecases.propose_undo_death
    if kept is None:
        raise Invalid("required", field="keep")

    def merge(work: Work, *, volunteer: Key, note: str) -> Key:
        return usecases.propose_merge(work, keep=kept, fold=volunteer, note=note)

    return merge


@api.get("/volunteers/<key:volunteer>/proposals")
@api.response(200, ProposalPage)
def proposals_of(volunteer: Key) -> Page[ProposalCard]:
    """What officers proposed about one person, the latest first."""
    return Page(queries.proposals(current_actor(), volunteer))


@api.get("/proposals")
@api.arguments(PageQuery, location="query")
@api.response(200, ProposalPage)
def proposals(given: dict[str, Any]) -> Page[ProposalCard]:
    """Open proposals about people in one's regions."""
    return queries.proposals_to_decide(current_actor(), **given)


@api.get("/proposals/<key:proposal>")
@api.response(200, ProposalSchema)
def proposal(proposal: Key) -> ProposalCard:
    """One proposal."""
    return queries.proposal(current_actor(), proposal)


@api.post("/proposals/<key:proposal>/confirm")
@api.response(200, ProposalSchema)
def confirm(proposal: Key) -> ProposalCard:
    """Confirm what another officer proposed, and carry it out."""
    act(hours.confirm_proposal, proposal=proposal)
    return queries.proposal(current_actor(), proposal)


@api.post("/proposals/<key:proposal>/drop")
@api.arguments(ReasonSchema)
@api.response(200, ProposalSchema)
def drop(given: dict[str, Any], proposal: Key) -> ProposalCard:
    """Refuse a proposal, or take one's own back."""
    act(usecases.drop_proposal, proposal=proposal, **given)
    return queries.proposal(current_actor(), proposal)


@api.get("/volunteers/duplicates")
@api.arguments(DuplicatesQuery, location="query")
@api.response(200, TwinsSchema)
def duplicates(given: dict[str, Any]) -> dict[str, Any]:
    """Registrations with the same name and birth date."""
    return {"groups": queries.duplicates(current_actor(), **given)}


@api.get("/volunteers/comparison")
@api.arguments(ComparisonQuery, location="query")
@api.response(200, ComparisonSchema)
def comparison(given: dict[str, Any]) -> Comparison:
    """Two registrations side by side, masked."""
    return queries.comparison(current_actor(), **given)
