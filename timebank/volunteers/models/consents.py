"""Tables of consents, and dated texts and rules of registration."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, Sharded, distributed, one_of, reference, where
from timebank.volunteers.rules import CHANNELS, CONSENT_PURPOSES


class Consent(Sharded, Base):
    """One consent to one version of one text; withdrawn, never deleted (PIPL Art. 14-17)."""

    __tablename__ = "consents"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        one_of("purpose", CONSENT_PURPOSES),
        one_of("channel", CHANNELS),
        Index(
            "uq_consents_present",
            "shard_code",
            "volunteer_id",
            "purpose",
            "version",
            unique=True,
            **where("withdrawn_at IS NULL"),
        ),
    )

    volunteer_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(10))
    given_by: Mapped[str] = mapped_column(String(60))
    """The person, the guardian, or the clerk who took down what was said or signed."""
    given_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = mapped_column(String(60))
    withdrawn_at: Mapped[datetime | None]


class ConsentText(Base):
    """The wording that people agree to, from a day on."""

    __tablename__ = "consent_texts"
    __table_args__ = reference(one_of("purpose", CONSENT_PURPOSES))

    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_from: Mapped[date]
    needed: Mapped[bool]
    """Nobody is registered without it; the others are free (PIPL Art. 16)."""
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)


class RegistrationPolicyRow(Base):
    """`rules.RegistrationPolicy` as a dated row."""

    __tablename__ = "registration_policies"
    __table_args__ = reference()

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date]
    adult_years: Mapped[int]
    account_years: Mapped[int]
    most_categories: Mapped[int]
    reply_days: Mapped[int]
    move_days: Mapped[int]
    correction_days: Mapped[int]
    cooling_off_days: Mapped[int]
    draft_days: Mapped[int]
    source: Mapped[str] = mapped_column(String(300))
