"""Repeating a request safely: the first answer is kept under the client's key and given again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import Base, dialect_name, distributed
from timebank.kernel.errors import KeyReused
from timebank.kernel.work import Work

Answer = dict[str, Any]


class KeptAnswer(Base):
    """The answer first given to a request with this key."""

    __tablename__ = "kept_answers"
    __table_args__ = distributed(by="request_key")

    request_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None]
    kept_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Request:
    """What makes a request the same one: the client's key, where it went, and a hash of its content."""

    key: str
    operation: str
    content_hash: str


def answer_once(work: Work, request: Request | None, act: Callable[[], Answer]) -> Answer:
    """Give the kept answer of this request, or act and keep the answer, in the same transaction.

    Two at once: the second waits for the first by the primary key. Raises KeyReused for other content.
    """
    if request is None:
        return act()
    name = fingerprint(f"{work.actor.label}\0{request.operation}\0{request.key}")
    if _reserve(work, name, request.content_hash):
        answer = act()
        work.session.get_one(KeptAnswer, name).answer = answer
        return answer
    kept = work.session.get_one(KeptAnswer, name, populate_existing=True)
    if kept.request_hash != request.content_hash:
        raise KeyReused()
    work.decided = True  # the first request was allowed, and only the same actor finds its answer
    return kept.answer or {}


def _reserve(work: Work, name: str, content_hash: str) -> bool:
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    row = work.session.execute(
        insert(KeptAnswer)
        .values(request_key=name, request_hash=content_hash, kept_at=work.now)
        .on_conflict_do_nothing()
        .returning(KeptAnswer.request_key)
    ).first()
    return row is not None
