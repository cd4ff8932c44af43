"""The least a check-in could be in Flask and SQLAlchemy Core.

It does what no check-in can do without: it reads JSON, verifies the signed code, finds the place, inserts
visit and scan once (the same rows as the service) and answers JSON. It asks less of the database than a
correct one must: who it is stands in Flask's signed cookie and cannot be revoked, all shifts have one secret
that is not read, the place is not locked, and there are no rights, no rules and no replay. Nothing makes it
slower; `check_in.py` measures against it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from uuid import UUID, uuid4

from flask import Flask, jsonify, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, create_engine, select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import code_fault, read_code
from timebank.kernel.db import WRITES
from timebank.projects.models import SignUp

DATABASE, SECRET = "BARE_DATABASE_URL", "BARE_SECRET"
"""Variables: where the rows are, and the one secret of every shift."""

app = Flask("bare")
app.secret_key = os.environ[SECRET]
engine = create_engine(os.environ[DATABASE], pool_size=10, execution_options={WRITES: True})
"""With the habits that `timebank.kernel.db` gives every engine: SQLite in WAL mode, writers begin as such."""
insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

PLACE = select(SignUp.status).where(
    SignUp.shard_code == bindparam("shard"),
    SignUp.shift_id == bindparam("shift"),
    SignUp.volunteer_shard == bindparam("home"),
    SignUp.volunteer_id == bindparam("volunteer"),
)
ENTER = insert(Visit).on_conflict_do_nothing().returning(Visit.id)
KEEP = insert(Scan).on_conflict_do_nothing().returning(Scan.id)


@app.get("/readyz")
def ready() -> str:
    """Whether it serves."""
    return "ready"


@app.post("/check-ins")
def check_in() -> ResponseReturnValue:
    """One check-in."""
    given = request.get_json()
    token, now = read_code(given["code"]), datetime.now(UTC)
    if token is None or code_fault(token, os.environ[SECRET], now):
        return jsonify(verdict="refused"), 403
    volunteer, home = UUID(session["volunteer"]), session["home"]
    shift = token.shift
    with engine.begin() as connection:
        place = {"shard": shift.shard, "shift": shift.id, "home": home, "volunteer": volunteer}
        if connection.execute(PLACE, place).scalar() != "accepted":
            return jsonify(verdict="refused"), 403
        visit = {"shard_code": home, "id": uuid4(), "volunteer_id": volunteer, "host_code": shift.shard}
        visit |= {"shift_id": shift.id, "in_at": now, "in_method": "venue_code", "in_step": token.step}
        entered = connection.execute(ENTER, visit).first()
        verdict = "accepted" if entered else "repeated"
        scan = {"shard_code": shift.shard, "id": uuid4(), "client_id": given["client_id"]}
        scan |= {"shift_id": shift.id, "volunteer_shard": home, "volunteer_id": volunteer}
        scan |= {"direction": "in", "method": "venue_code", "verdict": verdict, "step": token.step}
        scan |= {"scanned_at": now, "received_at": now, "happened_at": now}
        scan |= {"visit_shard": home, "visit_id": visit["id"] if entered else None}
        connection.execute(KEEP, scan)
    return jsonify(verdict=verdict)
