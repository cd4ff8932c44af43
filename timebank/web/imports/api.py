"""Imports of volunteers as JSON."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import FileStorage

from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import ImportCard
from timebank.web.imports.files import told
from timebank.web.imports.schemas import (
    FileSchema,
    ImportCreatedSchema,
    ImportRegionSchema,
    ImportSchema,
    RowProblemSchema,
)
from timebank.web.imports.uploads import staged
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import PageQuery, page_schema
from timebank.web.kit.operation import act, act_once

api = api_door("imports", "Registering volunteers from files: a dry run first, then batch by batch.")
ImportPage = page_schema(ImportSchema)
RowProblemPage = page_schema(RowProblemSchema)


@api.get("/volunteer-imports")
@api.arguments(PageQuery, location="query")
@api.response(200, ImportPage)
def imports(given: dict[str, Any]) -> Page[ImportCard]:
    """Imports into one's own regions, the newest first."""
    return queries.import_cards(current_actor(), **given)


@api.post("/volunteer-imports")
@api.arguments(FileSchema, location="files")
@api.arguments(ImportRegionSchema, location="form")
@api.response(201, ImportCreatedSchema)
def upload(files: dict[str, FileStorage], given: dict[str, Any]) -> dict[str, Any]:
    """Upload a file of people; the dry run follows by itself."""
    return act_once(usecases.stage_import, _created, region=given["region_code"], **staged(files["file"]))


def _created(key: Key) -> dict[str, Any]:
    return {"id": str(key)}


@api.get("/volunteer-imports/<key:volunteer_import>")
@api.response(200, ImportSchema)
def one_import(volunteer_import: Key) -> ImportCard:
    """One import."""
    return queries.volunteer_import(current_actor(), volunteer_import)


@api.get("/volunteer-imports/<key:volunteer_import>/problems")
@api.arguments(PageQuery, location="query")
@api.response(200, RowProblemPage)
def problems(given: dict[str, Any], volunteer_import: Key) -> dict[str, Any]:
    """What is wrong with the rows of a file, in their order; no personal data."""
    page = queries.import_problems(current_actor(), volunteer_import, **given)
    return {"items": [told(each) for each in page.items], "next": page.next}


@api.post("/volunteer-imports/<key:volunteer_import>/start")
@api.response(200, ImportSchema)
def start(volunteer_import: Key) -> ImportCard:
    """Register the people whose rows are ready."""
    return _moved(volunteer_import, "start")


@api.post("/volunteer-imports/<key:volunteer_import>/pause")
@api.response(200, ImportSchema)
def pause(volunteer_import: Key) -> ImportCard:
    """Stop after the present batch."""
    return _moved(volunteer_import, "pause")


@api.post("/volunteer-imports/<key:volunteer_import>/resume")
@api.response(200, ImportSchema)
def resume(volunteer_import: Key) -> ImportCard:
    """Go on after a pause."""
    return _moved(volunteer_import, "resume")


@api.post("/volunteer-imports/<key:volunteer_import>/cancel")
@api.response(200, ImportSchema)
def cancel(volunteer_import: Key) -> ImportCard:
    """Give an import up and delete its rows; whoever was registered stays so."""
    return _moved(volunteer_import, "cancel")


def _moved(key: Key, move: str) -> ImportCard:
    act(usecases.move_import, volunteer_import=key, move=move)
    return queries.volunteer_import(current_actor(), key)
