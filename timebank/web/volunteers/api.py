"""Volunteers as JSON."""

from __future__ import annotations

from typing import Any

from flask import request

from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.party.usecases import verify_member
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import (
    ConsentState,
    HistoryLine,
    PersonCard,
    PersonRow,
    WaitingRow,
    status_of,
)
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import PageQuery, page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.party.schemas import PartyPlaceSchema
from timebank.web.volunteers.schemas import (
    ApprovalSchema,
    ChannelSchema,
    ClearSchema,
    ConsentsGivenSchema,
    ConsentStateSchema,
    CorrectionSchema,
    CreatedSchema,
    IdentitySchema,
    ProfileSchema,
    ReasonSchema,
    RegistrationHistorySchema,
    RegistrationSchema,
    RegistryQuery,
    SearchSchema,
    UnmaskSchema,
    VolunteerRowSchema,
    VolunteerSchema,
    WaitingSchema,
    application_of,
    said_of,
)

api = api_door("volunteers", "Registration of volunteers and its review.")
VolunteerPage = page_schema(VolunteerRowSchema)
WaitingPage = page_schema(WaitingSchema)
ConsentPage = page_schema(ConsentStateSchema)


@api.post("/volunteers")
@api.arguments(RegistrationSchema)
@api.response(201, CreatedSchema)
def register(given: dict[str, Any]) -> dict[str, Any]:
    """Register oneself or, as a clerk, somebody at the service window."""
    act(usecases.count_registration, address=request.remote_addr or "unknown")
    return act_once(usecases.register, _created, application=application_of(given))


def _created(key: Key) -> dict[str, Any]:
    return {"id": str(key), "status": status_of(key)}


@api.get("/volunteers")
@api.arguments(RegistryQuery, location="query")
@api.response(200, VolunteerPage)
def volunteers(given: dict[str, Any]) -> Page[PersonRow]:
    """Volunteers who live in one's own regions."""
    return queries.persons(current_actor(), **given)


@api.post("/volunteers/search")
@api.arguments(SearchSchema)
@api.response(200, VolunteerPage)
def search(given: dict[str, Any]) -> Page[PersonRow]:
    """The same list, found by a number or a name, which must not stand in an address."""
    return queries.persons(current_actor(), **given)


@api.get("/volunteers/waiting")
@api.arguments(PageQuery, location="query")
@api.response(200, WaitingPage)
def waiting(given: dict[str, Any]) -> Page[WaitingRow]:
    """Registrations of one's regions to be checked or approved, the earliest reply deadline first."""
    return queries.waiting(current_actor(), **given)


@api.get("/volunteers/<key:volunteer>/history")
@api.response(200, RegistrationHistorySchema)
def history(volunteer: Key) -> dict[str, list[HistoryLine]]:
    """What happened to a registration, oldest first."""
    return {"items": queries.history(current_actor(), volunteer)}


@api.post("/volunteers/<key:volunteer>/personal-code")
@api.arguments(ChannelSchema)
@api.response(204)
def reissue_personal_code(given: dict[str, Any], volunteer: Key) -> None:
    """As a clerk, replace the code of a lost card; the old one is refused from then on."""
    act(usecases.reissue_personal_code, volunteer=volunteer, **given)


@api.get("/volunteers/<key:volunteer>")
@api.response(200, VolunteerSchema)
def volunteer(volunteer: Key) -> PersonCard:
    """One volunteer."""
    return queries.person(current_actor(), volunteer)


@api.get("/volunteers/me")
@api.response(200, VolunteerSchema)
def own_registration() -> PersonCard:
    """One's own registration."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        raise NotFound()
    return queries.person(actor, actor.volunteer)


@api.patch("/volunteers/me")
@api.arguments(ProfileSchema)
@api.response(200, VolunteerSchema)
def change_profile(given: dict[str, Any]) -> PersonCard:
    """Change what needs no review of one's own profile; what is left out stays."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        raise NotFound()
    act(usecases.update_profile, volunteer=actor.volunteer, changes=given)
    return queries.person(actor, actor.volunteer)


@api.get("/volunteers/<key:volunteer>/consents")
@api.response(200, ConsentPage)
def consents(volunteer: Key) -> Page[ConsentState]:
    """The texts in force with somebody's answer to each."""
    return Page(queries.consents(current_actor(), volunteer))


@api.post("/volunteers/<key:volunteer>/consents")
@api.arguments(ConsentsGivenSchema)
@api.response(201, ConsentsGivenSchema)
def give_consents(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Agree to texts in force, for oneself or a ward."""
    return act_once(usecases.give_consent, lambda _done: given, volunteer=volunteer, **given)


@api.delete("/volunteers/<key:volunteer>/consents/<purpose>")
@api.response(200, ConsentPage)
def withdraw_consent(volunteer: Key, purpose: str) -> Page[ConsentState]:
    """Take a consent back that registration does not depend on."""
    act(usecases.withdraw_consent, volunteer=volunteer, purpose=purpose)
    return Page(queries.consents(current_actor(), volunteer))


@api.patch("/volunteers/<key:volunteer>")
@api.arguments(CorrectionSchema)
@api.response(200, VolunteerSchema)
def correct(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Correct a returned or rejected registration and submit it again."""
    act(usecases.resubmit, volunteer=volunteer, said=said_of(given))
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/verify-identity")
@api.arguments(IdentitySchema)
@api.response(200, VolunteerSchema)
def verify_identity(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Keep that the document was compared with the person."""
    act(usecases.verify_identity, volunteer=volunteer, **given)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/approve")
@api.arguments(ApprovalSchema)
@api.response(200, VolunteerSchema)
def approve(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Make somebody a registered volunteer; with `method`, verify the identity in the same step."""
    act(usecases.approve, volunteer=volunteer, **given)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/return")
@api.arguments(ReasonSchema)
@api.response(200, VolunteerSchema)
def return_for_correction(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Send a registration back for correction."""
    act(usecases.return_for_correction, volunteer=volunteer, **given)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/reject")
@api.arguments(ReasonSchema)
@api.response(200, VolunteerSchema)
def reject(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Refuse a registration."""
    act(usecases.reject, volunteer=volunteer, **given)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/suspend")
@api.arguments(ReasonSchema)
@api.response(200, VolunteerSchema)
def suspend(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Suspend a registered volunteer."""
    act(usecases.suspend, volunteer=volunteer, **given)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/reinstate")
@api.response(200, VolunteerSchema)
def reinstate(volunteer: Key) -> PersonCard:
    """End a suspension."""
    act(usecases.reinstate, volunteer=volunteer)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/verify-party")
@api.arguments(PartyPlaceSchema)
@api.response(200, VolunteerSchema)
def verify_party(given: dict[str, Any], volunteer: Key) -> PersonCard:
    """Confirm membership of the Communist Party of China, and where it is kept."""
    act(verify_member, volunteer=volunteer, **given)
    return queries.person(current_actor(), volunteer)


@api.post("/volunteers/<key:volunteer>/unmask")
@api.arguments(UnmaskSchema)
@api.response(200, ClearSchema)
def unmask(given: dict[str, Any], volunteer: Key) -> dict[str, str]:
    """See fields in clear, for a purpose that the person can read."""
    return act(usecases.unmask, volunteer=volunteer, **given)
