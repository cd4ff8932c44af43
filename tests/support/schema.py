"""The schema as the models say it, as the migrations make it, and spread over hash partitions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, insert, select, text

from timebank.config import ROOT
from timebank.kernel.db import Base, db

PARTITIONS = 4


def models() -> MetaData:
    """The metadata with every table of every flat and of the kernel."""
    package = ROOT / "timebank"
    rooms = [*package.glob("*/models.py"), *package.glob("*/models/*.py"), *package.glob("kernel/*.py")]
    for path in sorted(rooms):
        import_module(_dotted(path))
    return Base.metadata


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@contextmanager
def migrations(url: str) -> Iterator[AlembicConfig]:
    """Alembic on one database, as `flask db` runs it, without the rest of the service."""
    app = Flask("schema")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    migrate = Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        yield migrate.get_config()
        db.engine.dispose()


def upgrade(url: str, revision: str = "head") -> None:
    with migrations(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    with migrations(url) as config:
        command.downgrade(config, revision)


def partition(url: str, source_url: str) -> None:
    """Make the tables HASH-partitioned as their `info` says, with the rows of a migrated database.

    PostgreSQL then refuses what a distributed engine refuses of keys: a primary key, unique index or foreign
    key without the column that spreads the table.
    """
    target, source = create_engine(url), create_engine(source_url)
    _create(target)
    with source.connect() as old, target.begin() as new:
        for table in models().sorted_tables:
            _copy_rows(table, old, new)
        version = old.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        new.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        new.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    target.dispose()
    source.dispose()


def _create(engine: Engine) -> None:
    metadata = MetaData(naming_convention=models().naming_convention)
    spread = []
    for table in models().sorted_tables:
        copy = table.to_metadata(metadata)
        if table.info["citus"] == "distributed":
            copy.dialect_options["postgresql"]["partition_by"] = f"HASH ({table.info['by']})"
            spread.append(table.name)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for name in spread:
            for rest in range(PARTITIONS):
                connection.execute(
                    text(
                        f"CREATE TABLE {name}_part{rest} PARTITION OF {name} "
                        f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {rest})"
                    )
                )


def _copy_rows(table: Table, old: Connection, new: Connection) -> None:
    rows = [dict(row) for row in old.execute(select(table)).mappings()]
    if rows:
        new.execute(insert(table), rows)
