"""Fresh databases: the migrations run once into a template, each test gets a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.support import schema
from tests.support.postgresql import Server


@dataclass
class Databases:
    """The databases of one test process."""

    folder: Path
    name: str
    server: Callable[[], Server]
    numbers: Iterator[int] = field(default_factory=count)
    templates: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """The URL of a migrated database of that kind: `sqlite`, `postgresql` or `partitioned`."""
        if kind == "sqlite":
            path = self.folder / f"{self._new_name()}.db"
            shutil.copyfile(self._sqlite_template(), path)
            yield f"sqlite:///{path}"
            for leftover in self.folder.glob(f"{path.name}*"):
                leftover.unlink()
        else:
            template = self._postgresql_template() if kind == "postgresql" else self._partitioned_template()
            with self.empty_postgresql(template) as url:
                yield url

    @contextmanager
    def empty(self, kind: str) -> Iterator[str]:
        """The URL of a database without tables."""
        if kind == "sqlite":
            yield f"sqlite:///{self.folder / self._new_name()}.db"
        else:
            with self.empty_postgresql() as url:
                yield url

    @contextmanager
    def empty_postgresql(self, template: str = "template0") -> Iterator[str]:
        name = self._new_name()
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.server().url(name)
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _new_name(self) -> str:
        return f"test_{self.name}_{next(self.numbers)}"

    def _sqlite_template(self) -> str:
        if "sqlite" not in self.templates:
            path = str(self.folder / "template.db")
            schema.upgrade(f"sqlite:///{path}")
            self.templates["sqlite"] = path
        return self.templates["sqlite"]

    def _postgresql_template(self) -> str:
        return self._template("postgresql", schema.upgrade)

    def _partitioned_template(self) -> str:
        source = self.server().url(self._postgresql_template())
        return self._template("partitioned", lambda url: schema.partition(url, source))

    def _template(self, kind: str, fill: Callable[[str], None]) -> str:
        if kind not in self.templates:
            name = f"template_{self.name}_{kind}"
            self._administer(f"CREATE DATABASE {name}")
            fill(self.server().url(name))
            self.templates[kind] = name
        return self.templates[kind]

    def _administer(self, statement: str) -> None:
        engine = create_engine(self.server().url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()
