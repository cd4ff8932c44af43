"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timebank.kernel.db import Instant, JsonDocument

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("shard_code", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('session', 'bearer')", name=op.f("ck_access_tokens_kind")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_tokens")),
    )
    op.create_index(
        op.f("ix_access_tokens_token_hash_shard_code_user_id"),
        "access_tokens",
        ["token_hash", "shard_code", "user_id"],
        unique=False,
    )
    op.create_table(
        "accounts",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('service_time', 'time_credit', 'love_points', 'service_time_source', 'time_credit_source', 'clearing')",
            name=op.f("ck_accounts_kind"),
        ),
        sa.CheckConstraint("unit IN ('minutes', 'points')", name=op.f("ck_accounts_unit")),
        sa.CheckConstraint("(owner_id IS NULL) <> (region_code IS NULL)", name=op.f("ck_accounts_owner")),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("shard_code", "id", "unit", name=op.f("uq_accounts_shard_code_id_unit")),
    )
    op.create_index(
        "uq_accounts_owner",
        "accounts",
        ["shard_code", "owner_id", "kind"],
        unique=True,
        postgresql_where=sa.text("owner_id IS NOT NULL"),
        sqlite_where=sa.text("owner_id IS NOT NULL"),
    )
    op.create_index(
        "uq_accounts_region",
        "accounts",
        ["shard_code", "region_code", "kind"],
        unique=True,
        postgresql_where=sa.text("region_code IS NOT NULL"),
        sqlite_where=sa.text("region_code IS NOT NULL"),
    )
    op.create_table(
        "claims",
        sa.Column("value_index", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("shard_code", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('credit-code', 'document', 'personal-code', 'phone')", name=op.f("ck_claims_kind")
        ),
        sa.PrimaryKeyConstraint("value_index", name=op.f("pk_claims")),
    )
    op.create_table(
        "events",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("subject_shard", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("data", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_events")),
    )
    op.create_index(
        op.f("ix_events_shard_code_subject_id"), "events", ["shard_code", "subject_id"], unique=False
    )
    op.create_table(
        "hours_policies",
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("long_day_minutes", sa.Integer(), nullable=False),
        sa.Column("short_visit_minutes", sa.Integer(), nullable=False),
        sa.Column("submit_working_days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_hours_policies")),
    )
    op.create_table(
        "indicator_cells",
        sa.Column("region_code", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("denominator_year", sa.Integer(), nullable=True),
        sa.Column("denominator_source", sa.String(length=200), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("computed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "indicator IN ('registered_share', 'party_participation', 'resident_participation')",
            name=op.f("ck_indicator_cells_indicator"),
        ),
        sa.CheckConstraint("numerator >= 0", name=op.f("ck_indicator_cells_numerator")),
        sa.PrimaryKeyConstraint("region_code", "indicator", "year", name=op.f("pk_indicator_cells")),
    )
    op.create_index(
        op.f("ix_indicator_cells_region_code_year"), "indicator_cells", ["region_code", "year"], unique=False
    )
    op.create_table(
        "indicator_definitions",
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("numerator_zh", sa.Text(), nullable=False),
        sa.Column("numerator_en", sa.Text(), nullable=False),
        sa.Column("denominator_zh", sa.Text(), nullable=False),
        sa.Column("denominator_en", sa.Text(), nullable=False),
        sa.Column("period_zh", sa.String(length=60), nullable=False),
        sa.Column("period_en", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "indicator IN ('registered_share', 'party_participation', 'resident_participation')",
            name=op.f("ck_indicator_definitions_indicator"),
        ),
        sa.PrimaryKeyConstraint("indicator", "version", name=op.f("pk_indicator_definitions")),
    )
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("slot", sa.String(length=60), nullable=False),
        sa.Column("run_for", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("runner", sa.String(length=80), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("result", JsonDocument, nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name=op.f("ck_job_runs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index("uq_job_runs_slot", "job_runs", ["job", "slot"], unique=True)
    op.create_table(
        "kept_answers",
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", JsonDocument, nullable=True),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("request_key", name=op.f("pk_kept_answers")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "one_time_codes",
        sa.Column("phone_index", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("attempts_left", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("phone_index", name=op.f("pk_one_time_codes")),
    )
    op.create_table(
        "organizations",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("filing_no", sa.String(length=40), nullable=True),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('organization', 'team', 'committee', 'event_host', 'public_body')",
            name=op.f("ck_organizations_kind"),
        ),
        sa.CheckConstraint("status IN ('active', 'closed')", name=op.f("ck_organizations_status")),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_organizations")),
    )
    op.create_index(
        op.f("ix_organizations_shard_code_region_code"),
        "organizations",
        ["shard_code", "region_code"],
        unique=False,
    )
    op.create_table(
        "projects",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_no", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("organization_shard", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_name", sa.String(length=100), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("categories", JsonDocument, nullable=False),
        sa.Column("recipients", JsonDocument, nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("safeguards", JsonDocument, nullable=False),
        sa.Column("leader_name", sa.String(length=60), nullable=False),
        sa.Column("earns_credit", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("submitted_by", sa.String(length=60), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=60), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("review_note", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'returned', 'recruiting', 'cancelled', 'closed')",
            name=op.f("ck_projects_status"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_projects")),
        sa.UniqueConstraint("shard_code", "project_no", name=op.f("uq_projects_shard_code_project_no")),
    )
    op.create_index(
        op.f("ix_projects_shard_code_organization_id"),
        "projects",
        ["shard_code", "organization_id"],
        unique=False,
    )
    op.create_index(op.f("ix_projects_shard_code_status"), "projects", ["shard_code", "status"], unique=False)
    op.create_table(
        "regions",
        sa.Column("code", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("parent_code", sa.BigInteger(), nullable=True),
        sa.Column("setting", sa.String(length=10), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_code", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'county', 'township', 'village')", name=op.f("ck_regions_level")
        ),
        sa.CheckConstraint("setting IN ('urban', 'rural')", name=op.f("ck_regions_setting")),
        sa.CheckConstraint("parent_code <> code", name=op.f("ck_regions_parent")),
        sa.ForeignKeyConstraint(["parent_code"], ["regions.code"], name=op.f("fk_regions_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    op.create_index(op.f("ix_regions_parent_code"), "regions", ["parent_code"], unique=False)
    op.create_table(
        "scans",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=True),
        sa.Column("volunteer_shard", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Uuid(), nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("device_hash", sa.String(length=64), nullable=True),
        sa.Column("operator", sa.String(length=60), nullable=True),
        sa.Column("scanned_at", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("visit_shard", sa.Integer(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_scans_direction")),
        sa.CheckConstraint(
            "method IN ('venue_code', 'personal_code', 'organizer')", name=op.f("ck_scans_method")
        ),
        sa.CheckConstraint("verdict IN ('accepted', 'repeated', 'refused')", name=op.f("ck_scans_verdict")),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_scans")),
        sa.UniqueConstraint("shard_code", "client_id", name=op.f("uq_scans_shard_code_client_id")),
    )
    op.create_index(
        op.f("ix_scans_shard_code_shift_id_received_at"),
        "scans",
        ["shard_code", "shift_id", "received_at"],
        unique=False,
    )
    op.create_table(
        "star_thresholds",
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("stars", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_star_thresholds_stars")),
        sa.PrimaryKeyConstraint("version", "stars", name=op.f("pk_star_thresholds")),
    )
    op.create_table(
        "throttles",
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_throttles")),
    )
    op.create_table(
        "users",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone_sealed", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("volunteer_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("view", sa.String(length=10), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("locale IN ('zh_Hans_CN', 'en')", name=op.f("ck_users_locale")),
        sa.CheckConstraint("status IN ('active', 'closed')", name=op.f("ck_users_status")),
        sa.CheckConstraint("view IN ('normal', 'elder')", name=op.f("ck_users_view")),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_users")),
    )
    op.create_table(
        "deliveries",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subscriber", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done')", name=op.f("ck_deliveries_state")),
        sa.ForeignKeyConstraint(
            ["shard_code", "event_id"],
            ["events.shard_code", "events.id"],
            name=op.f("fk_deliveries_shard_code_event_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "event_id", "subscriber", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["shard_code", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "region_figures",
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('residents', 'party_members')", name=op.f("ck_region_figures_kind")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_region_figures_value")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["regions.code"], name=op.f("fk_region_figures_region_code")
        ),
        sa.PrimaryKeyConstraint("region_code", "kind", "year", name=op.f("pk_region_figures")),
    )
    op.create_table(
        "role_grants",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=True),
        sa.Column("organization_shard", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("granted_by", sa.String(length=60), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "role IN ('auditor', 'authority', 'community_worker', 'operator', 'organizer', 'party_administrator', 'recorder')",
            name=op.f("ck_role_grants_role"),
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "user_id"],
            ["users.shard_code", "users.id"],
            name=op.f("fk_role_grants_shard_code_user_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_role_grants")),
    )
    op.create_index(
        op.f("ix_role_grants_organization_shard_organization_id"),
        "role_grants",
        ["organization_shard", "organization_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_role_grants_shard_code_user_id"), "role_grants", ["shard_code", "user_id"], unique=False
    )
    op.create_table(
        "shifts",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("occurs_on", sa.Date(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("opens_minutes", sa.Integer(), nullable=False),
        sa.Column("closes_minutes", sa.Integer(), nullable=False),
        sa.Column("secret_sealed", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=True),
        sa.CheckConstraint("status IN ('open', 'closed', 'cancelled')", name=op.f("ck_shifts_status")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shifts_times")),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_shifts_capacity")),
        sa.ForeignKeyConstraint(
            ["shard_code", "project_id"],
            ["projects.shard_code", "projects.id"],
            name=op.f("fk_shifts_shard_code_project_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_shifts")),
    )
    op.create_index(
        op.f("ix_shifts_shard_code_project_id"), "shifts", ["shard_code", "project_id"], unique=False
    )
    op.create_index(
        op.f("ix_shifts_shard_code_starts_at"), "shifts", ["shard_code", "starts_at"], unique=False
    )
    op.create_table(
        "targets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("quotation", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "indicator IN ('registered_share', 'party_participation', 'resident_participation')",
            name=op.f("ck_targets_indicator"),
        ),
        sa.CheckConstraint("share > 0", name=op.f("ck_targets_share")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_targets_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint(
            "document", "indicator", "region_code", name=op.f("uq_targets_document_indicator_region_code")
        ),
    )
    op.create_table(
        "transfers",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("debit_account_id", sa.Uuid(), nullable=False),
        sa.Column("credit_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("unit IN ('minutes', 'points')", name=op.f("ck_transfers_unit")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfers_amount")),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name=op.f("ck_transfers_two_accounts")),
        sa.ForeignKeyConstraint(
            ["shard_code", "credit_account_id", "unit"],
            ["accounts.shard_code", "accounts.id", "accounts.unit"],
            name=op.f("fk_transfers_shard_code_credit_account_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "debit_account_id", "unit"],
            ["accounts.shard_code", "accounts.id", "accounts.unit"],
            name=op.f("fk_transfers_shard_code_debit_account_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "reverses_id"],
            ["transfers.shard_code", "transfers.id"],
            name=op.f("fk_transfers_shard_code_reverses_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("shard_code", "key", name=op.f("uq_transfers_shard_code_key")),
    )
    op.create_index(
        op.f("ix_transfers_shard_code_credit_account_id_occurred_on"),
        "transfers",
        ["shard_code", "credit_account_id", "occurred_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_transfers_shard_code_debit_account_id"),
        "transfers",
        ["shard_code", "debit_account_id"],
        unique=False,
    )
    op.create_index(
        "uq_transfers_reverses",
        "transfers",
        ["shard_code", "reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "volunteers",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_no", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("document_type", sa.String(length=20), nullable=False),
        sa.Column("document_sealed", sa.String(length=200), nullable=False),
        sa.Column("phone_sealed", sa.String(length=200), nullable=False),
        sa.Column("personal_code_sealed", sa.String(length=200), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("political_status", sa.String(length=2), nullable=False),
        sa.Column("party_verified_at", Instant(), nullable=True),
        sa.Column("party_verified_by", sa.String(length=60), nullable=True),
        sa.Column("skills", JsonDocument, nullable=False),
        sa.Column("categories", JsonDocument, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_reason", sa.String(length=200), nullable=True),
        sa.Column("status_changed_by", sa.String(length=60), nullable=False),
        sa.Column("status_changed_at", Instant(), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.CheckConstraint("document_type IN ('resident_id')", name=op.f("ck_volunteers_document_type")),
        sa.CheckConstraint(
            "political_status IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13')",
            name=op.f("ck_volunteers_political_status"),
        ),
        sa.CheckConstraint("sex IN ('0', '1', '2', '9')", name=op.f("ck_volunteers_sex")),
        sa.CheckConstraint(
            "status IN ('submitted', 'returned', 'rejected', 'registered', 'suspended', 'closed')",
            name=op.f("ck_volunteers_status"),
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "user_id"],
            ["users.shard_code", "users.id"],
            name=op.f("fk_volunteers_shard_code_user_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_volunteers")),
        sa.UniqueConstraint("shard_code", "user_id", name=op.f("uq_volunteers_shard_code_user_id")),
        sa.UniqueConstraint("shard_code", "volunteer_no", name=op.f("uq_volunteers_shard_code_volunteer_no")),
    )
    op.create_index(
        op.f("ix_volunteers_region_code_status"), "volunteers", ["region_code", "status"], unique=False
    )
    op.create_table(
        "consents",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('privacy', 'sensitive', 'publication')", name=op.f("ck_consents_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f("fk_consents_shard_code_volunteer_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "shard_code",
            "volunteer_id",
            "purpose",
            "version",
            name=op.f("uq_consents_shard_code_volunteer_id_purpose_version"),
        ),
    )
    op.create_table(
        "shift_sheets",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("activity_name", sa.String(length=200), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("organization_shard", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_name", sa.String(length=100), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("earns_credit", sa.Boolean(), nullable=False),
        sa.Column("home_shards", JsonDocument, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("with_organizer", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.String(length=60), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("submitted_by", sa.String(length=60), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('to_submit', 'submitted', 'settled')", name=op.f("ck_shift_sheets_status")
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "id"],
            ["shifts.shard_code", "shifts.id"],
            name=op.f("fk_shift_sheets_shard_code_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_shift_sheets")),
    )
    op.create_index(
        op.f("ix_shift_sheets_shard_code_status_region_code"),
        "shift_sheets",
        ["shard_code", "status", "region_code"],
        unique=False,
    )
    op.create_table(
        "sign_ups",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_shard", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("signed_up_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint("status IN ('accepted', 'cancelled')", name=op.f("ck_sign_ups_status")),
        sa.ForeignKeyConstraint(
            ["shard_code", "shift_id"],
            ["shifts.shard_code", "shifts.id"],
            name=op.f("fk_sign_ups_shard_code_shift_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_sign_ups")),
        sa.UniqueConstraint(
            "shard_code",
            "shift_id",
            "volunteer_shard",
            "volunteer_id",
            name=op.f("uq_sign_ups_shard_code_shift_id_volunteer_shard_volunteer_id"),
        ),
    )
    op.create_index(
        op.f("ix_sign_ups_volunteer_shard_volunteer_id"),
        "sign_ups",
        ["volunteer_shard", "volunteer_id"],
        unique=False,
    )
    op.create_table(
        "star_standings",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("threshold_version", sa.String(length=40), nullable=False),
        sa.Column("derived_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f("fk_star_standings_shard_code_volunteer_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "volunteer_id", name=op.f("pk_star_standings")),
    )
    op.create_table(
        "unmaskings",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("fields", JsonDocument, nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f("fk_unmaskings_shard_code_volunteer_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_unmaskings")),
    )
    op.create_index(
        op.f("ix_unmaskings_shard_code_volunteer_id"),
        "unmaskings",
        ["shard_code", "volunteer_id"],
        unique=False,
    )
    op.create_table(
        "visits",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("host_code", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("in_at", Instant(), nullable=False),
        sa.Column("in_method", sa.String(length=20), nullable=False),
        sa.Column("in_step", sa.Integer(), nullable=True),
        sa.Column("out_at", Instant(), nullable=True),
        sa.Column("out_method", sa.String(length=20), nullable=True),
        sa.Column("out_step", sa.Integer(), nullable=True),
        sa.Column("out_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "in_method IN ('venue_code', 'personal_code', 'organizer')", name=op.f("ck_visits_in_method")
        ),
        sa.CheckConstraint(
            "out_method IN ('venue_code', 'personal_code', 'organizer')", name=op.f("ck_visits_out_method")
        ),
        sa.CheckConstraint("out_at >= in_at", name=op.f("ck_visits_times")),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f("fk_visits_shard_code_volunteer_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_visits")),
        sa.UniqueConstraint(
            "shard_code",
            "volunteer_id",
            "host_code",
            "shift_id",
            name=op.f("uq_visits_shard_code_volunteer_id_host_code_shift_id"),
        ),
    )
    op.create_index(
        "uq_visits_open",
        "visits",
        ["shard_code", "volunteer_id"],
        unique=True,
        postgresql_where=sa.text("out_at IS NULL"),
        sqlite_where=sa.text("out_at IS NULL"),
    )
    op.create_table(
        "service_records",
        sa.Column("shard_code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("host_code", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("activity_name", sa.String(length=200), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("organization_shard", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("organization_name", sa.String(length=100), nullable=False),
        sa.Column("leader_name", sa.String(length=60), nullable=False),
        sa.Column("categories", JsonDocument, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("corrected_out_at", Instant(), nullable=True),
        sa.Column("correction_note", sa.String(length=300), nullable=True),
        sa.Column("entry_mode", sa.String(length=20), nullable=False),
        sa.Column("attention", JsonDocument, nullable=False),
        sa.Column("earns_credit", sa.Boolean(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("service_region_code", sa.BigInteger(), nullable=False),
        sa.Column("policy_version", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("submitted_by", sa.String(length=60), nullable=True),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decision_note", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "entry_mode IN ('venue_code', 'personal_code', 'organizer')",
            name=op.f("ck_service_records_entry_mode"),
        ),
        sa.CheckConstraint(
            "status IN ('to_submit', 'submitted', 'returned', 'not_recognised', 'confirmed')",
            name=op.f("ck_service_records_status"),
        ),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_service_records_times")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_service_records_minutes")),
        sa.ForeignKeyConstraint(
            ["shard_code", "visit_id"],
            ["visits.shard_code", "visits.id"],
            name=op.f("fk_service_records_shard_code_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shard_code", "volunteer_id"],
            ["volunteers.shard_code", "volunteers.id"],
            name=op.f("fk_service_records_shard_code_volunteer_id"),
        ),
        sa.PrimaryKeyConstraint("shard_code", "id", name=op.f("pk_service_records")),
        sa.UniqueConstraint("shard_code", "visit_id", name=op.f("uq_service_records_shard_code_visit_id")),
    )
    op.create_index(
        op.f("ix_service_records_shard_code_host_code_shift_id"),
        "service_records",
        ["shard_code", "host_code", "shift_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_service_records_shard_code_status_occurred_on"),
        "service_records",
        ["shard_code", "status", "occurred_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_service_records_shard_code_volunteer_id_occurred_on"),
        "service_records",
        ["shard_code", "volunteer_id", "occurred_on"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_service_records_shard_code_volunteer_id_occurred_on"), table_name="service_records"
    )
    op.drop_index(op.f("ix_service_records_shard_code_status_occurred_on"), table_name="service_records")
    op.drop_index(op.f("ix_service_records_shard_code_host_code_shift_id"), table_name="service_records")
    op.drop_table("service_records")
    op.drop_index(
        "uq_visits_open",
        table_name="visits",
        postgresql_where=sa.text("out_at IS NULL"),
        sqlite_where=sa.text("out_at IS NULL"),
    )
    op.drop_table("visits")
    op.drop_index(op.f("ix_unmaskings_shard_code_volunteer_id"), table_name="unmaskings")
    op.drop_table("unmaskings")
    op.drop_table("star_standings")
    op.drop_index(op.f("ix_sign_ups_volunteer_shard_volunteer_id"), table_name="sign_ups")
    op.drop_table("sign_ups")
    op.drop_index(op.f("ix_shift_sheets_shard_code_status_region_code"), table_name="shift_sheets")
    op.drop_table("shift_sheets")
    op.drop_table("consents")
    op.drop_index(op.f("ix_volunteers_region_code_status"), table_name="volunteers")
    op.drop_table("volunteers")
    op.drop_index(
        "uq_transfers_reverses",
        table_name="transfers",
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_transfers_shard_code_debit_account_id"), table_name="transfers")
    op.drop_index(op.f("ix_transfers_shard_code_credit_account_id_occurred_on"), table_name="transfers")
    op.drop_table("transfers")
    op.drop_table("targets")
    op.drop_index(op.f("ix_shifts_shard_code_starts_at"), table_name="shifts")
    op.drop_index(op.f("ix_shifts_shard_code_project_id"), table_name="shifts")
    op.drop_table("shifts")
    op.drop_index(op.f("ix_role_grants_shard_code_user_id"), table_name="role_grants")
    op.drop_index(op.f("ix_role_grants_organization_shard_organization_id"), table_name="role_grants")
    op.drop_table("role_grants")
    op.drop_table("region_figures")
    op.drop_index(
        "ix_deliveries_waiting",
        table_name="deliveries",
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.drop_table("deliveries")
    op.drop_table("users")
    op.drop_table("throttles")
    op.drop_table("star_thresholds")
    op.drop_index(op.f("ix_scans_shard_code_shift_id_received_at"), table_name="scans")
    op.drop_table("scans")
    op.drop_index(op.f("ix_regions_parent_code"), table_name="regions")
    op.drop_table("regions")
    op.drop_index(op.f("ix_projects_shard_code_status"), table_name="projects")
    op.drop_index(op.f("ix_projects_shard_code_organization_id"), table_name="projects")
    op.drop_table("projects")
    op.drop_index(op.f("ix_organizations_shard_code_region_code"), table_name="organizations")
    op.drop_table("organizations")
    op.drop_table("one_time_codes")
    op.drop_table("leases")
    op.drop_table("kept_answers")
    op.drop_index("uq_job_runs_slot", table_name="job_runs")
    op.drop_table("job_runs")
    op.drop_table("indicator_definitions")
    op.drop_index(op.f("ix_indicator_cells_region_code_year"), table_name="indicator_cells")
    op.drop_table("indicator_cells")
    op.drop_table("hours_policies")
    op.drop_index(op.f("ix_events_shard_code_subject_id"), table_name="events")
    op.drop_table("events")
    op.drop_table("claims")
    op.drop_index(
        "uq_accounts_region",
        table_name="accounts",
        postgresql_where=sa.text("region_code IS NOT NULL"),
        sqlite_where=sa.text("region_code IS NOT NULL"),
    )
    op.drop_index(
        "uq_accounts_owner",
        table_name="accounts",
        postgresql_where=sa.text("owner_id IS NOT NULL"),
        sqlite_where=sa.text("owner_id IS NOT NULL"),
    )
    op.drop_table("accounts")
    op.drop_index(op.f("ix_access_tokens_token_hash_shard_code_user_id"), table_name="access_tokens")
    op.drop_table("access_tokens")
