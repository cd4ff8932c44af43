"""Points of place: kept encrypted for as long as somebody may object to a refusal, then deleted."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from timebank.attendance.models import ScanPoint
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.queries.scans import scan_row
from timebank.attendance.rules import Position
from timebank.attendance.usecases.desk import operated_gate
from timebank.kernel.db import dialect_name
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work


def keep_point(work: Work, scan: Key, volunteer: Key, position: Position) -> None:
    """Keep where the phone was at a scan; the same attempt sent again keeps nothing more. Internal."""
    told = f"{position.latitude:.6f}\n{position.longitude:.6f}\n{position.accuracy_m}"
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.connection.execute(
        insert(ScanPoint)
        .values(
            shard_code=scan.shard,
            id=scan.id,
            volunteer_shard=volunteer.shard,
            volunteer_id=volunteer.id,
            point_sealed=work.runtime.vault.encrypt(told, _context(scan)),
            delete_at=work.now + timedelta(days=gate_policy().point_days),
        )
        .on_conflict_do_nothing()
    )


def read_point(work: Work, *, shift: Key, scan: Key) -> Position:
    """Where the phone was at a scan, for the people of the gate who answer an objection; it is recorded.

    Raises NotFound, also when the point is deleted already.
    """
    operated_gate(work, shift)
    row = scan_row(scan)
    point = work.session.get(ScanPoint, (scan.shard, scan.id))
    if row is None or row.shift != shift or point is None:
        raise NotFound()
    latitude, longitude, accuracy = work.runtime.vault.decrypt(point.point_sealed, _context(scan)).split("\n")
    work.emit("scan.point_read", scan, shift=shift)
    return Position(float(latitude), float(longitude), int(accuracy))


def sweep_points(work: Work, *, on: date) -> dict[str, int]:
    """Delete the points whose time is over (PIPL Art. 19: the shortest time). A job."""
    work.allow(Permission.JOB_RUN)
    gone = work.connection.execute(delete(ScanPoint).where(ScanPoint.delete_at <= work.now))
    return {"points": gone.rowcount}


def _context(scan: Key) -> str:
    return f"scan_points.point:{scan}"
