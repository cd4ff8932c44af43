"""Certificates as JSON."""

from __future__ import annotations

from typing import Any

from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.recognition import queries, usecases
from timebank.recognition.queries import CertificateCard, PublicCertificate
from timebank.web.certificates.public import count_look_up
from timebank.web.certificates.schemas import (
    AskedSchema,
    CertificatePage,
    CertificateReasonSchema,
    CertificateSchema,
    IssueSchema,
    NewCertificateSchema,
    PublicCertificateSchema,
    RevealsSchema,
    UnitsSchema,
    WaySchema,
)
from timebank.web.hours.person import own_volunteer
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import PageQuery
from timebank.web.kit.operation import act, act_once

api = api_door("certificates", "Certificates of what a unit recorded, and their public verification.")


def _card(key: Key) -> CertificateCard:
    return queries.certificate(current_actor(), key).card


def _asked(asked: usecases.Asked) -> dict[str, Any]:
    return {"id": str(asked.certificate), "is_new": asked.is_new}


@api.post("/certificates")
@api.arguments(NewCertificateSchema)
@api.response(201, AskedSchema)
def request_certificate(given: dict[str, Any]) -> dict[str, Any]:
    """Ask the unit that recorded the hours; asking again gives the open request."""
    return act_once(usecases.request_certificate, _asked, **given)


@api.get("/certificates")
@api.arguments(PageQuery, location="query")
@api.response(200, CertificatePage)
def waiting(given: dict[str, Any]) -> Page[CertificateCard]:
    """The requests that wait for one's organisations."""
    return queries.waiting(current_actor(), **given)


@api.get("/certificates/decided")
@api.arguments(PageQuery, location="query")
@api.response(200, CertificatePage)
def decided(given: dict[str, Any]) -> Page[CertificateCard]:
    """What one's organisations issued, refused and revoked."""
    return queries.issued(current_actor(), **given)


@api.get("/certificates/<number>")
@api.response(200, PublicCertificateSchema)
def verify(number: str) -> PublicCertificate:
    """Whether a certificate is valid, and what its holder shows; for everybody."""
    count_look_up()
    return queries.verification(number)


@api.post("/certificates/<key:certificate>/issue")
@api.arguments(IssueSchema)
@api.response(200, CertificateSchema)
def issue(given: dict[str, Any], certificate: Key) -> CertificateCard:
    """Certify what is confirmed by now."""
    act(usecases.issue_certificate, certificate=certificate, **given)
    return _card(certificate)


@api.post("/certificates/<key:certificate>/refuse")
@api.arguments(CertificateReasonSchema)
@api.response(200, CertificateSchema)
def refuse(given: dict[str, Any], certificate: Key) -> CertificateCard:
    """Do not certify."""
    act(usecases.refuse_certificate, certificate=certificate, **given)
    return _card(certificate)


@api.post("/certificates/<key:certificate>/revoke")
@api.arguments(CertificateReasonSchema)
@api.response(200, CertificateSchema)
def revoke(given: dict[str, Any], certificate: Key) -> CertificateCard:
    """Take an issued certificate back."""
    act(usecases.revoke_certificate, certificate=certificate, **given)
    return _card(certificate)


@api.post("/certificates/<key:certificate>/withdraw")
@api.arguments(WaySchema)
@api.response(200, CertificateSchema)
def withdraw(given: dict[str, Any], certificate: Key) -> CertificateCard:
    """Take a request back: the person, a guardian, or a clerk for them."""
    act(usecases.withdraw_certificate, certificate=certificate, **given)
    return _card(certificate)


@api.post("/certificates/<key:certificate>/reveals")
@api.arguments(RevealsSchema)
@api.response(200, CertificateSchema)
def choose(given: dict[str, Any], certificate: Key) -> CertificateCard:
    """Choose what public verification shows: the person or a guardian."""
    act(usecases.choose_reveals, certificate=certificate, **given)
    return _card(certificate)


@api.get("/volunteers/<key:volunteer>/certificates")
@api.response(200, CertificatePage)
def certificates(volunteer: Key) -> Page[CertificateCard]:
    """A volunteer's certificates and requests, newest first."""
    return Page(queries.certificates(current_actor(), volunteer))


@api.get("/volunteers/me/certificates")
@api.response(200, CertificatePage)
def own_certificates() -> Page[CertificateCard]:
    """One's own certificates and requests."""
    return Page(queries.certificates(current_actor(), own_volunteer()))


@api.get("/volunteers/<key:volunteer>/recording-units")
@api.response(200, UnitsSchema)
def units(volunteer: Key) -> dict[str, Any]:
    """The units that could certify a volunteer's confirmed hours."""
    return {"items": queries.units(current_actor(), volunteer)}


@api.get("/volunteers/me/recording-units")
@api.response(200, UnitsSchema)
def own_units() -> dict[str, Any]:
    """The units that could certify one's own confirmed hours."""
    return {"items": queries.units(current_actor(), own_volunteer())}
