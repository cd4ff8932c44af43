"""Own data as a page to read and print: the tables that people know, in words; the rest is in the JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from timebank.regions.queries import names
from timebank.web.kit.words import WORDS, event_words, word

SHOWN: dict[str, str] = {
    "volunteers": (
        "name volunteer_no document_type document nationality born_on sex phone address emergency "
        "region_code service_region_code political_status education occupation employer skills categories "
        "personal_code submitted_at registered_on status"
    ),
    "users": "name phone created_at",
    "guardians": "name relation document phone consented_at",
    "guardianships": "name relation document phone consented_at ended_at",
    "role_grants": "role region_code granted_at revoked_at",
    "consents": "purpose version channel given_at withdrawn_at",
    "service_records": "activity_name organization_name place occurred_on minutes status",
    "statement": "account amount unit occurred_on posted_at reason",
    "sign_ups": "status signed_up_at",
    "visits": "in_at out_at",
    "no_show_appeals": "note status appealed_at reply decided_at",
    "visit_appeals": "stayed_until note status made_at out_at answer decided_at",
    "scan_points": "point delete_at",
    "region_moves": "from_code to_code reason status asked_at reply",
    "correction_requests": "field wrong right status asked_at reply",
    "unmaskings": "at fields purpose",
    "events": "name at",
}
CODES = {
    ("volunteers", "status"): "volunteer_status",
    ("service_records", "status"): "record_status",
    ("sign_ups", "status"): "sign_up_status",
    ("no_show_appeals", "status"): "no_show_appeal_status",
    ("visit_appeals", "status"): "visit_appeal_status",
    ("region_moves", "status"): "request_status",
    ("correction_requests", "status"): "request_status",
    ("correction_requests", "field"): "correctable",
    ("role_grants", "role"): "role",
    ("consents", "purpose"): "consent_purpose",
    ("statement", "reason"): "transfer_reason",
    ("statement", "account"): "account_kind",
    ("unmaskings", "fields"): "personal_field",
    ("*", "channel"): "channel",
    ("*", "document_type"): "document_type",
    ("*", "education"): "education",
    ("*", "occupation"): "occupation",
    ("*", "political_status"): "political_status",
    ("*", "relation"): "guardian_relation",
    ("*", "sex"): "sex",
    ("*", "skills"): "skill",
    ("*", "categories"): "service_category",
    ("*", "unit"): "unit",
}
"""Which words stand for the codes of a column; `*` in any table."""
PLACES = ("region_code", "service_region_code", "from_code", "to_code")


def as_file(data: dict[str, Any]) -> Response:
    """Own data as a file to keep; nothing on the way keeps a copy."""
    if request.form.get("format") == "html":
        answer = make_response(as_page(data))
        name = "timebank.html"
    else:
        answer = make_response(json.dumps(data, ensure_ascii=False, indent=1))
        answer.mimetype = "application/json"
        name = "timebank.json"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def as_page(data: dict[str, Any]) -> str:
    """The page: no script, no style sheet, nothing from elsewhere, so that it can be kept and printed."""
    codes = {row[name] for rows in data["tables"].values() for row in rows for name in PLACES if name in row}
    places = names(codes)
    sections = [
        (word(table, "own_data_table"), *_section(table, shown.split(), data["tables"][table], places))
        for table, shown in SHOWN.items()
        if table in data["tables"]
    ]
    return render_template("account/own_data.html", made_at=data["made_at"], sections=sections)


def _section(
    table: str, columns: list[str], rows: list[dict[str, Any]], places: dict[int, str]
) -> tuple[list[str], list[list[str]]]:
    present = [name for name in columns if any(name in row for row in rows)]
    heads = [word(name, "own_data_column") for name in present]
    known = {name: _known(table, name) for name in present}
    return heads, [[_said(name, row.get(name), known[name], places) for name in present] for row in rows]


def _known(table: str, column: str) -> Mapping[str, object]:
    """The words of the codes that stand in a column."""
    if (table, column) == ("events", "name"):
        return event_words()
    return WORDS.get(CODES.get((table, column)) or CODES.get(("*", column)) or "", {})


def _said(column: str, value: Any, known: Mapping[str, object], places: dict[int, str]) -> str:
    if value is None or value == []:
        return "—"
    if column in PLACES:
        return places.get(value, f"{value:012d}")
    parts = value if isinstance(value, list) else [value]
    return ", ".join(str(known.get(str(part), part)) for part in parts)
