"""Walking through the pages of a registration without a browser, one form after the other."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support import make_people as make

PAGES: dict[str, tuple[str, ...]] = {
    "you": ("name", "document_type"),
    "document": ("document_number", "nationality", "born_on", "sex"),
    "guardian": (
        "guardian_name",
        "guardian_relation",
        "guardian_document_type",
        "guardian_document_number",
        "guardian_nationality",
        "guardian_phone",
    ),
    "contact": ("phone", "address", "emergency_name", "emergency_phone"),
    "home": ("region_code", "service_county", "service_township", "service_region_code"),
    "about": ("political_status", "education", "occupation", "employer"),
    "offer": ("skills", "categories", "availability"),
    "consents": ("consents",),
    "check": ("password",),
}
"""The pages in their order and the fields of each."""


def said(**changes: Any) -> dict[str, Any]:
    """What somebody fills in, as a form has it; a `None` leaves a field out."""
    given = make.application(**changes)
    texts = given | {"region_code": str(given["region_code"])}
    return {name: value for name, value in texts.items() if value is not None}


def guardian(**changes: Any) -> dict[str, Any]:
    """What somebody under age says about a guardian; valid, and different from all others."""
    return {
        "guardian_name": "张大海",
        "guardian_relation": "father",
        "guardian_document_number": make.document_number(),
        "guardian_phone": make.phone(),
        **changes,
    }


def page(client: FlaskClient, name: str, given: dict[str, Any], **more: str) -> TestResponse:
    """Send one page with what belongs to it."""
    data = {field: given[field] for field in PAGES[name] if field in given}
    return client.post(f"/register/{name}", data=data | more, headers={"Accept-Language": "en"})


def walk(client: FlaskClient, given: dict[str, Any], stop: str = "") -> TestResponse:
    """Send page after page as the service leads, but not the page `stop`; the last answer."""
    answer = client.get("/register/you")
    name = "you"
    while name in PAGES and name != stop:
        answer = page(client, name, given)
        name = answer.location.rpartition("/")[2] if answer.status_code == 302 else ""
    return answer
