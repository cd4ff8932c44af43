"""Registration for everybody: all documents, guardians, versioned consents, policies as rows."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Base, Instant, JsonDocument
from timebank.kernel.schema import add_code_column, change_codes, distribute, set_nullable

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DOCUMENTS = (
    "resident_id residence_permit home_return_permit taiwan_permit passport permanent_residence".split()
)
STATUSES_BEFORE = "submitted returned rejected registered suspended closed".split()
STATUSES = (
    "verifying awaiting_guardian submitted returned rejected registered suspended closing closed deceased merged"
).split()
PURPOSES = ["privacy", "sensitive", "publication"]
CHANNELS = "web window telephone import".split()

FILLED = {
    "nationality": (sa.String(3), "'CHN'"),
    "service_region_code": (sa.BigInteger(), "region_code"),
    "registration_region_code": (sa.BigInteger(), "region_code"),
    "availability": (JsonDocument, "'[]'"),
    "entered_by": (sa.String(60), "'system'"),
}
"""New columns that are never empty, and what they hold for people registered before."""
OPTIONAL = {
    "national_no": sa.String(32),
    "name_sealed": sa.String(400),
    "initials": sa.String(200),
    "address_sealed": sa.String(800),
    "emergency_sealed": sa.String(400),
    "employer": sa.String(100),
    "identity_verified_by": sa.String(60),
    "identity_verified_at": Instant(),
    "status_before": sa.String(20),
    "reply_due_on": sa.Date(),
    "merged_into_shard": sa.Integer(),
    "merged_into_id": sa.Uuid(),
    "erased_at": Instant(),
}
EMPTIED = ("user_id", "document_sealed", "phone_sealed", "personal_code_sealed")
"""Missing for who has no phone or account, and when identity was unlinked."""
CODES = {
    "channel": (10, CHANNELS),
    "education": (2, "10 20 30 40 60 70 80 90".split()),
    "occupation": (1, "1 2 3 4 5 6 7 8".split()),
    "identity_method": (20, "in_person authority document_copy".split()),
}

POLICY = {
    "version": "2026-11",
    "valid_from": date(2017, 12, 1),
    "adult_years": 18,
    "account_years": 14,
    "most_categories": 4,
    "reply_days": 10,
    "move_days": 10,
    "correction_days": 15,
    "cooling_off_days": 7,
    "draft_days": 30,
    "source": (
        "志愿服务条例（国务院令第685号）第七条；个人信息保护法第三十一条（不满十四周岁）；"
        "全国志愿服务信息系统服务类别不超过4类；答复时限参照北京市志愿服务促进条例第十三条由本级规定；注销冷静期7日"
    ),
}
TEXTS = [
    {
        "purpose": "privacy",
        "needed": True,
        "text_zh": (
            "按照《志愿服务记录与证明出具办法（试行）》（民政部令第67号），我们登记姓名、证件、出生日期、性别、手机号、"
            "居住地、政治面貌、技能和服务意愿，用于注册志愿者、记录服务时间和出具证明。"
            "只有本地区的工作人员能看到，证件号码和手机号平时隐去，查看须说明用途并留下记录，您可以随时查阅。"
            "不用于商业，不提供给他人。您可以随时查阅、复制、更正，也可以撤回同意或注销账号；撤回不影响此前的处理。"
        ),
        "text_en": (
            "As the Measures for Volunteer Service Records and Certificates (MCA Order 67) ask, we take down name, "
            "document, date of birth, sex, phone, place of residence, political status, skills and wishes, in order to "
            "register you, to record your service hours and to issue certificates. Only staff of your region see them; "
            "document number and phone are hidden until somebody states a purpose, which is kept for you to read. They "
            "are used for no business and given to nobody else. You can read, copy and correct them, take a consent "
            "back or close your account at any time; what was lawful before stays so."
        ),
    },
    {
        "purpose": "sensitive",
        "needed": True,
        "text_zh": "我单独同意使用我的身份证件号码进行实名注册。该号码加密保存，仅用于核对身份和防止重复注册。",
        "text_en": (
            "I agree separately to the use of my document number for real-name registration. It is kept encrypted "
            "and used only to prove identity and to prevent double registration."
        ),
    },
    {
        "purpose": "publication",
        "needed": False,
        "text_zh": "我同意在光荣榜和表彰名单上公开我的姓名和星级。不同意不影响注册。",
        "text_en": (
            "I agree that my name and stars are shown on lists of honour. Registration does not depend on it."
        ),
    },
    {
        "purpose": "guardian",
        "needed": False,
        "text_zh": (
            "我是该未成年人的监护人，已了解志愿服务的内容和上述告知，同意其注册为志愿者，"
            "同意处理其个人信息以及我本人的姓名、证件和手机号，用于核实监护关系。"
        ),
        "text_en": (
            "I am the guardian of this minor. I know what volunteering means here and have read the notices above. I agree "
            "to the registration, to the use of the minor's data, and to the use of my own name, document and phone "
            "to prove that I am the guardian."
        ),
    },
]


def _key(table: str) -> list[sa.Column[object] | sa.PrimaryKeyConstraint]:
    return [
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f(f"pk_{table}")),
    ]


def _volunteer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["shard_code", "volunteer_id"],
        ["volunteers.shard_code", "volunteers.id"],
        name=op.f(f"fk_{table}_shard_code_volunteer_id"),
    )


def upgrade() -> None:
    _extend_volunteers()
    _make_guardians()
    _renew_consents()
    _make_policies()
    distribute([Base.metadata.tables[name] for name in NEW if name in Base.metadata.tables])


NEW = ("guardians", "consents", "consent_texts", "registration_policies")


def _extend_volunteers() -> None:
    for name, (length, values) in CODES.items():
        add_code_column("volunteers", name, length, values)
    for name, (kind, _value) in FILLED.items():
        op.add_column("volunteers", sa.Column(name, kind, nullable=True))
    for name, kind in OPTIONAL.items():
        op.add_column("volunteers", sa.Column(name, kind, nullable=True))
    values = ", ".join(f"{name} = {value}" for name, (_kind, value) in FILLED.items())
    op.execute(f"UPDATE volunteers SET channel = 'web', {values}")  # noqa: S608 - names and values are ours
    for name in ("channel", *FILLED):
        set_nullable("volunteers", name, False)
    for name in EMPTIED:
        set_nullable("volunteers", name, True)
    change_codes("volunteers", "status", STATUSES)
    change_codes("volunteers", "document_type", DOCUMENTS)


def _make_guardians() -> None:
    op.create_table(
        "guardians",
        *_key("guardians"),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("name_sealed", sa.String(400), nullable=False),
        sa.Column("relation", sa.String(20), nullable=False),
        sa.Column("document_type", sa.String(20), nullable=False),
        sa.Column("document_sealed", sa.String(200), nullable=False),
        sa.Column("phone_sealed", sa.String(200), nullable=False),
        sa.Column("user_shard", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("entered_by", sa.String(60), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("consented_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        _codes("guardians", "document_type", DOCUMENTS),
        _codes("guardians", "relation", "father mother grandparent sibling other_guardian".split()),
        _codes("guardians", "channel", CHANNELS),
        _volunteer("guardians"),
    )
    present = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_guardians_present",
        "guardians",
        ["shard_code", "volunteer_id"],
        unique=True,
        postgresql_where=present,
        sqlite_where=present,
    )
    op.create_index(op.f("ix_guardians_user_shard_user_id"), "guardians", ["user_shard", "user_id"])


def _renew_consents() -> None:
    """One may be withdrawn and given again, so only the present ones are unique."""
    op.execute("CREATE TABLE consents_before AS SELECT * FROM consents")
    op.drop_table("consents")
    op.create_table(
        "consents",
        *_key("consents"),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("given_by", sa.String(60), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("withdrawn_by", sa.String(60), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        _codes("consents", "purpose", [*PURPOSES, "guardian"]),
        _codes("consents", "channel", CHANNELS),
        _volunteer("consents"),
    )
    present = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_consents_present",
        "consents",
        ["shard_code", "volunteer_id", "purpose", "version"],
        unique=True,
        postgresql_where=present,
        sqlite_where=present,
    )
    columns = "shard_code, id, volunteer_id, purpose, version, given_at, withdrawn_at"
    op.execute(
        f"INSERT INTO consents ({columns}, channel, given_by) "  # noqa: S608 - names are ours
        f"SELECT {columns}, 'web', 'system' FROM consents_before"
    )
    op.drop_table("consents_before")


def _make_policies() -> None:
    texts = op.create_table(
        "consent_texts",
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        _codes("consent_texts", "purpose", [*PURPOSES, "guardian"]),
        sa.PrimaryKeyConstraint("purpose", "version", name=op.f("pk_consent_texts")),
    )
    op.bulk_insert(texts, [{"version": "2026-01", "valid_from": date(2026, 1, 1), **text} for text in TEXTS])
    numbers = [name for name, value in POLICY.items() if isinstance(value, int)]
    policies = op.create_table(
        "registration_policies",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.Column("source", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_registration_policies")),
    )
    op.bulk_insert(policies, [POLICY])


def _codes(table: str, column: str, values: list[str]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def downgrade() -> None:
    op.drop_table("registration_policies")
    op.drop_table("consent_texts")
    op.drop_table("guardians")
    _narrow_consents()
    change_codes("volunteers", "document_type", ["resident_id"])
    change_codes("volunteers", "status", STATUSES_BEFORE)
    for name in EMPTIED:
        set_nullable("volunteers", name, False)
    for name in (*CODES, *FILLED, *OPTIONAL):
        op.drop_column("volunteers", name)


def _narrow_consents() -> None:
    op.execute("CREATE TABLE consents_after AS SELECT * FROM consents WHERE purpose <> 'guardian'")
    op.drop_table("consents")
    op.create_table(
        "consents",
        *_key("consents"),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        _codes("consents", "purpose", PURPOSES),
        _volunteer("consents"),
        sa.UniqueConstraint(
            "shard_code",
            "volunteer_id",
            "purpose",
            "version",
            name=op.f("uq_consents_shard_code_volunteer_id_purpose_version"),
        ),
    )
    columns = "shard_code, id, volunteer_id, purpose, version, given_at, withdrawn_at"
    op.execute(f"INSERT INTO consents ({columns}) SELECT {columns} FROM consents_after")  # noqa: S608
    op.drop_table("consents_after")
