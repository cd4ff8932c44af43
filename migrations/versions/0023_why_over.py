"""A sign-up that nobody ended says what ended it: an offer that ran out, something missing, a suspension."""

from __future__ import annotations

from alembic import op

from timebank.kernel.schema import add_code_column

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ENDINGS = "offer invitation wait standing lacking called_off".split()


def upgrade() -> None:
    add_code_column("sign_ups", "why_over", 12, ENDINGS)


def downgrade() -> None:
    op.drop_column("sign_ups", "why_over")
