"""Tables of volunteers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from timebank.kernel.db import Base, RegionCode, Sharded, distributed, one_of, reference, where
from timebank.volunteers.rules import (
    CHANNELS,
    CONSENT_PURPOSES,
    DOCUMENT_TYPES,
    EDUCATIONS,
    OCCUPATIONS,
    POLITICAL_STATUSES,
    RELATIONS,
    SEXES,
    Correctable,
    IdentityMethod,
    ProposalKind,
    RequestStatus,
    Status,
    document_claim,
)
from timebank.volunteers.rules.importing import IMPORT_FORMS, ImportStatus

SEALED = 400
"""Room for an encrypted line: key id, nonce, tag and up to 200 bytes, in base64."""
SEALED_TEXT = 1200
"""Room for an encrypted text of up to 250 Chinese characters."""


class Volunteer(Sharded, Base):
    """A person who registered (Order 67 Art. 5). What is sensitive is encrypted in the columns `*_sealed`."""

    __tablename__ = "volunteers"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "user_id"], ["users.shard_code", "users.id"]),
        UniqueConstraint("shard_code", "volunteer_no"),
        UniqueConstraint("shard_code", "user_id"),
        one_of("status", Status),
        one_of("document_type", DOCUMENT_TYPES),
        one_of("sex", SEXES),
        one_of("political_status", POLITICAL_STATUSES),
        one_of("channel", CHANNELS),
        one_of("education", EDUCATIONS),
        one_of("occupation", OCCUPATIONS),
        one_of("identity_method", IdentityMethod),
        Index(None, "region_code", "status"),
        Index("ix_volunteers_minors", "born_on", **where("name_sealed IS NOT NULL")),
        Index("ix_volunteers_closing", "shard_code", "status_changed_at", **where("status = 'closing'")),
        Index(None, "merged_into_shard", "merged_into_id", **where("merged_into_id IS NOT NULL")),
    )

    user_id: Mapped[UUID | None]
    """The account, in the same shard; none for who has no phone or is too young for one."""
    volunteer_no: Mapped[str] = mapped_column(String(32))
    national_no: Mapped[str | None] = mapped_column(String(32))
    """The number in the national system (全国统一编号), an opaque text."""
    name: Mapped[str] = mapped_column(String(60))
    """In clear for adults; masked for minors, whose name is in `name_sealed`."""
    name_sealed: Mapped[str | None] = mapped_column(String(SEALED))
    initials: Mapped[str | None] = mapped_column(String(200))
    """Pinyin initials in all readings, each after a blank; none for minors."""
    document_type: Mapped[str] = mapped_column(String(20))
    document_sealed: Mapped[str | None] = mapped_column(
        String(200),
        info={"claim": "document", "claimed_as": (document_claim, ("document_type", "nationality"))},
    )
    nationality: Mapped[str] = mapped_column(String(3))
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    personal_code_sealed: Mapped[str | None] = mapped_column(String(200), info={"claim": "personal-code"})
    address_sealed: Mapped[str | None] = mapped_column(String(800))
    emergency_sealed: Mapped[str | None] = mapped_column(String(SEALED))
    """Name and phone of an emergency contact, one line each."""
    sex: Mapped[str] = mapped_column(String(1))
    born_on: Mapped[date]
    region_code: Mapped[int] = mapped_column(RegionCode)
    """Community or village of residence (居住区域); mutable, unlike the shard."""
    service_region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the person wants to help (服务区域)."""
    registration_region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the person registered first (注册区域)."""
    political_status: Mapped[str] = mapped_column(String(2))
    """As the person says; only `party_verified_at` makes a party member count."""
    party_verified_at: Mapped[datetime | None]
    party_verified_by: Mapped[str | None] = mapped_column(String(60))
    party_declined_at: Mapped[datetime | None]
    """When the party organisation last said no: the claim is off the list until the person asks again."""
    education: Mapped[str | None] = mapped_column(String(2))
    occupation: Mapped[str | None] = mapped_column(String(1))
    employer: Mapped[str | None] = mapped_column(String(100))
    availability: Mapped[list[str]]
    skills: Mapped[list[str]]
    categories: Mapped[list[str]]
    channel: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str] = mapped_column(String(60))
    identity_method: Mapped[str | None] = mapped_column(String(20))
    identity_verified_by: Mapped[str | None] = mapped_column(String(60))
    identity_verified_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(20))
    status_before: Mapped[str | None] = mapped_column(String(20))
    """Where `keep` leads back to while the account is being closed."""
    status_reason: Mapped[str | None] = mapped_column(String(200))
    status_changed_by: Mapped[str] = mapped_column(String(60))
    status_changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime]
    reply_due_on: Mapped[date | None]
    registered_on: Mapped[date | None]
    merged_into_shard: Mapped[int | None]
    merged_into_id: Mapped[UUID | None]
    erased_at: Mapped[datetime | None]
    """When identity was unlinked; the statutory record stays under the volunteer number."""


class Guardian(Sharded, Base):
    """Who consents and, for the youngest, acts for a volunteer under age (PIPL Art. 31)."""

    __tablename__ = "guardians"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        one_of("document_type", DOCUMENT_TYPES),
        one_of("relation", RELATIONS),
        one_of("channel", CHANNELS),
        Index(
            "uq_guardians_present",
            "shard_code",
            "volunteer_id",
            unique=True,
            **where("ended_at IS NULL"),
        ),
        Index(None, "user_shard", "user_id"),
    )

    volunteer_id: Mapped[UUID]
    name_sealed: Mapped[str] = mapped_column(String(SEALED), nullable=True)
    """Empty, like document and phone, only when the ward's identity was unlinked."""
    relation: Mapped[str] = mapped_column(String(20))
    document_type: Mapped[str] = mapped_column(String(20))
    document_sealed: Mapped[str] = mapped_column(String(200), nullable=True)
    phone_sealed: Mapped[str] = mapped_column(String(200), nullable=True)
    user_shard: Mapped[int]
    user_id: Mapped[UUID]
    """The guardian's account, found or opened by the phone."""
    channel: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str] = mapped_column(String(60))
    entered_at: Mapped[datetime]
    consented_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RegistrationDraft(Sharded, Base):
    """What somebody has said so far who has not sent it in; it belongs to whoever holds the token.

    It has no county yet: the shard is a number made of the id, so that drafts spread evenly.
    """

    __tablename__ = "registration_drafts"
    __table_args__ = distributed(Index(None, "expires_at"))

    token_hash: Mapped[str] = mapped_column(String(64))
    content_sealed: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    expires_at: Mapped[datetime]


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


class Unmasking(Sharded, Base):
    """Somebody saw a field of a volunteer in clear, and said what for; the person can see this row."""

    __tablename__ = "unmaskings"
    __table_args__ = distributed(
        ForeignKeyConstraint(["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"]),
        Index(None, "shard_code", "volunteer_id"),
        Index(None, "id"),
        Index(None, "actor", "id"),
    )

    volunteer_id: Mapped[UUID]
    actor: Mapped[str] = mapped_column(String(60))
    fields: Mapped[list[str]]
    purpose: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class VolunteerImport(Sharded, Base):
    """A file of people to be registered: judged first, then taken in, batch by batch."""

    __tablename__ = "volunteer_imports"
    __table_args__ = distributed(
        one_of("form", IMPORT_FORMS),
        one_of("status", ImportStatus),
        Index(None, "region_code"),
    )

    region_code: Mapped[int] = mapped_column(RegionCode)
    """Everybody in the file lives inside."""
    file_name: Mapped[str] = mapped_column(String(100))
    file_size: Mapped[int]
    file_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256: the same file again goes on where it stopped."""
    form: Mapped[str] = mapped_column(String(4))
    ignored: Mapped[list[str]]
    """Headings that nobody knew."""
    uploaded_by: Mapped[str] = mapped_column(String(60))
    """Whose right decides, and who counts as the one who entered the people."""
    uploaded_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(String(40))
    """Why it stopped by itself."""
    rows: Mapped[int]
    position: Mapped[int]
    """The last line that was handled in the present pass over the file."""
    handled: Mapped[int]
    """How many rows that were."""
    ready: Mapped[int]
    faulty: Mapped[int]
    known: Mapped[int]
    """Rows whose only fault is that the person is registered, or stands further up in the file."""
    entered: Mapped[int]
    late: Mapped[int]
    """Rows that were ready and could not be taken in any more."""
    started_by: Mapped[str | None] = mapped_column(String(60))
    started_at: Mapped[datetime | None]
    moved_at: Mapped[datetime]
    """When something last happened to it."""
    emptied_at: Mapped[datetime | None]
    """When its rows were deleted; what was wrong with which line stays."""


class ImportRow(Sharded, Base):
    """One row of a file, encrypted as a whole; written once and deleted when nobody needs it."""

    __tablename__ = "volunteer_import_rows"
    __table_args__ = distributed(
        ForeignKeyConstraint(
            ["shard_code", "import_id"], ["volunteer_imports.shard_code", "volunteer_imports.id"]
        ),
        UniqueConstraint("shard_code", "import_id", "line"),
    )

    import_id: Mapped[UUID]
    line: Mapped[int]
    content_sealed: Mapped[str] = mapped_column(Text)
    same_document: Mapped[int | None]
    """The line further up with the same document."""
    same_phone: Mapped[int | None]


class ImportProblem(Sharded, Base):
    """What is wrong with a line of a file; holds no personal data."""

    __tablename__ = "volunteer_import_problems"
    __table_args__ = distributed(
        ForeignKeyConstraint(
            ["shard_code", "import_id"], ["volunteer_imports.shard_code", "volunteer_imports.id"]
        ),
        Index(None, "shard_code", "import_id", "line"),
    )

    import_id: Mapped[UUID]
    line: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60))


OPEN = where("status = 'open'")
TO_VOLUNTEER = (["shard_code", "volunteer_id"], ["volunteers.shard_code", "volunteers.id"])


class RegionMove(Sharded, Base):
    """A volunteer moves to another community, which takes over when its officer accepts (转移接续)."""

    __tablename__ = "region_moves"
    __table_args__ = distributed(
        ForeignKeyConstraint(*TO_VOLUNTEER),
        one_of("status", RequestStatus),
        Index("uq_region_moves_open", "shard_code", "volunteer_id", unique=True, **OPEN),
        Index(None, "to_code", "status"),
    )

    volunteer_id: Mapped[UUID]
    from_code: Mapped[int] = mapped_column(RegionCode)
    to_code: Mapped[int] = mapped_column(RegionCode)
    reason_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    status: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(String(200))


class Proposal(Sharded, Base):
    """What one officer proposes about a person and a second one decides: a death, or a merge."""

    __tablename__ = "proposals"
    __table_args__ = distributed(
        ForeignKeyConstraint(*TO_VOLUNTEER),
        one_of("kind", ProposalKind),
        one_of("status", RequestStatus),
        Index("uq_proposals_open", "shard_code", "volunteer_id", unique=True, **OPEN),
        Index("ix_proposals_open_region", "region_code", **OPEN),
    )

    volunteer_id: Mapped[UUID]
    """Who died, or the registration that is folded into the other one."""
    region_code: Mapped[int] = mapped_column(RegionCode)
    """Where the person lived when it was proposed: the queue of that region holds it."""
    kind: Mapped[str] = mapped_column(String(10))
    kept_shard: Mapped[int | None]
    kept_id: Mapped[UUID | None]
    """The registration that goes on."""
    note_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    status: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(String(200))


class CorrectionRequest(Sharded, Base):
    """What somebody says is wrong on record, and what would be right; it gets a reply."""

    __tablename__ = "correction_requests"
    __table_args__ = distributed(
        ForeignKeyConstraint(*TO_VOLUNTEER),
        one_of("field", Correctable),
        one_of("status", RequestStatus),
        Index(None, "shard_code", "volunteer_id"),
    )

    volunteer_id: Mapped[UUID]
    field: Mapped[str] = mapped_column(String(20))
    record_shard: Mapped[int | None]
    record_id: Mapped[UUID | None]
    """The service record that is wrong; after a merge it may lie in another county."""
    wrong_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    right_sealed: Mapped[str | None] = mapped_column(String(SEALED_TEXT))
    status: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(String(200))
