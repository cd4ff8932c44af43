"""PostgreSQL itself checks the keys: the schema can be HASH-partitioned by the columns that spread it."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from tests.support import schema

pytestmark = pytest.mark.postgresql


def test_every_big_table_is_partitioned(partitioned_database_url: str) -> None:
    engine = create_engine(partitioned_database_url)
    with engine.connect() as connection:
        found = set(connection.execute(text("SELECT relname FROM pg_class WHERE relkind = 'p'")).scalars())
    engine.dispose()
    big = {table.name for table in schema.models().sorted_tables if table.info["citus"] == "distributed"}
    assert found == big


def test_the_rows_of_the_migrations_are_there(partitioned_database_url: str, databases: object) -> None:
    engine = create_engine(partitioned_database_url)
    with engine.connect() as connection:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        thresholds = connection.execute(text("SELECT count(*) FROM star_thresholds")).scalar_one()
    engine.dispose()
    assert version
    assert thresholds
