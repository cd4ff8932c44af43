"""What a scheduled job leaves behind, and the lease that lets exactly one worker schedule."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, dialect_name, one_of, reference
from timebank.kernel.work import Work


class JobRun(Base):
    """One run of a job for one date; (job, run_for, attempt) exists once, whoever tries."""

    __tablename__ = "job_runs"
    __table_args__ = reference(
        one_of("state", ("running", "done", "failed")),
        Index("uq_job_runs_slot", "job", "slot", unique=True),
        Index(None, "started_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60))
    slot: Mapped[str] = mapped_column(String(40))
    """`schedule:<instant>` for a scheduled run, `hand:<id>` for one by hand."""
    run_for: Mapped[date]
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(String(300))


class Lease(Base):
    """Something only one process may do at a time, until the lease runs out."""

    __tablename__ = "leases"
    __table_args__ = reference()

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


def hold_lease(work: Work, name: str, holder: str, term: timedelta) -> bool:
    """Take or renew a lease; False while another holder's has not run out."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    work.session.execute(
        insert(Lease).values(name=name, holder=holder, until=work.now).on_conflict_do_nothing()
    )
    taken = work.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= work.now))
        .values(holder=holder, until=work.now + term)
        .returning(Lease.name)
    ).first()
    return taken is not None


def release_lease(work: Work, name: str, holder: str) -> None:
    """Give a lease back at once, so that another worker need not wait for its end."""
    work.session.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=work.now)
    )
