"""The guard on executed SQL: what one code base from SQLite to distributed PostgreSQL cannot afford.

The rules are those of `docs/architecture.md`: no fan-out by accident, no clock or lock of one server, nothing
that only one engine can do. Reference tables (a copy on every server) may be joined and counted freely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.sql import visitors

GUARDED = re.compile(r"\s*(select|insert|update|delete|with|merge|values)\b", re.IGNORECASE)
ALWAYS = {
    "several statements in one string": r";\s*\S",
    "MERGE": r"^\s*merge\b",
    "a CTE that modifies data": r"\bas\s+(not\s+)?(materialized\s+)?\(\s*(insert|update|delete|merge)\b",
    "ROLLUP, CUBE or GROUPING SETS": r"\b(rollup|cube)\s*\(|\bgrouping\s+sets\b",
    "the database's clock": (
        r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\("
        r"|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b"
    ),
    "an advisory lock": r"\bpg_(try_)?advisory",
    "a sequence": r"\b(nextval|currval|setval|lastval)\s*\(",
}
SHARD_CONDITION = re.compile(
    r"\bshard_code\s*(=|in\b|between\b)|\bshard_code\s*,[^()]*\)\s*(=|in\b|>)|=\s*\w+\.shard_code\b"
)
NOT_ALIAS = (
    r"(?!(?:join|on|where|left|right|inner|outer|cross|full|set|values|select|using|group|order|limit"
    r"|returning|union)\b)"
)
TABLE = re.compile(rf"\b(?:from|join|update|into)\s+(?:only\s+)?(\w+)(?:\s+(?:as\s+)?{NOT_ALIAS}(\w+))?")
ASSIGNMENTS = re.compile(r"\bupdate\s+(\w+)\s+set\s+(.*?)(?:\swhere\s|\sreturning\s|\sfrom\s|$)")
UPSERT = re.compile(r"\binto\s+(\w+)\b.*\bdo\s+update\s+set\s+(.*?)(?:\swhere\s|\sreturning\s|$)")
ASSIGNED = re.compile(r"(?:^|,)\s*(?:\w+\.)?(\w+)\s*=")
BARE_ID = re.compile(r"\b(?:(\w+)\.)?id\s*(?:=|in\b)")


class ForbiddenStatement(AssertionError):
    """A statement that shared code must not execute."""


@dataclass(frozen=True)
class Tables:
    """What the guard knows of the schema: distributed tables, by what, and their primary keys."""

    spread_by: Mapping[str, str]
    keys: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, metadata: MetaData) -> Tables:
        big = {
            name: table for name, table in metadata.tables.items() if table.info.get("citus") == "distributed"
        }
        return cls(
            {name: str(table.info["by"]) for name, table in big.items()},
            {name: frozenset(table.primary_key.columns.keys()) for name, table in big.items()},
        )


def violations(statement: str, tables: Tables) -> list[str]:
    """What is forbidden in one statement; empty when it may run."""
    if not GUARDED.match(statement):
        return []
    text = _normal(statement)
    found = [name for name, pattern in ALWAYS.items() if re.search(pattern, text)]
    if "'now'" in statement.lower():
        found.append("the database's clock")
    references = TABLE.findall(text)
    big = [table for table, _ in references if table in tables.spread_by]
    if big:
        found += _fan_out(text, references, tables)
    return found + _changed_keys(text, tables)


def _normal(statement: str) -> str:
    without_comments = re.sub(r"--[^\n]*|/\*.*?\*/", " ", statement, flags=re.DOTALL)
    without_literals = re.sub(r"'(?:[^']|'')*'", "''", without_comments)
    return re.sub(r"\s+", " ", without_literals.replace('"', "")).strip().rstrip(";").lower()


def _fan_out(text: str, references: list[tuple[str, str]], tables: Tables) -> list[str]:
    found = []
    conditions = len(SHARD_CONDITION.findall(text))
    by_county = [table for table, _ in references if tables.spread_by.get(table) == "shard_code"]
    if "with recursive" in text:
        found.append("a recursive CTE on a big table")
    if "skip locked" in text and not conditions:
        found.append("SKIP LOCKED without shard_code")
    if (
        re.search(r"\bcount\s*\(\s*distinct\b", text)
        and not conditions
        and "shard_code" not in _grouping(text)
    ):
        found.append("COUNT(DISTINCT) over all shards")
    if len(by_county) > 1 and conditions < len(by_county) - 1:
        found.append("a join of big tables without shard_code")
    if by_county and not conditions and _looks_up_bare_id(text, references, tables):
        found.append("a look-up by id without shard_code")
    return found


def _grouping(text: str) -> str:
    return text.partition(" group by ")[2]


def _looks_up_bare_id(text: str, references: list[tuple[str, str]], tables: Tables) -> bool:
    named = {name: table for table, alias in references for name in (table, alias)}
    asked = (named.get(alias or references[0][0]) for alias in BARE_ID.findall(text))
    return any(tables.spread_by.get(table or "") == "shard_code" for table in asked)


def _changed_keys(text: str, tables: Tables) -> list[str]:
    for pattern in (ASSIGNMENTS, UPSERT):
        for table, assignments in pattern.findall(text):
            if tables.keys.get(table, frozenset()) & set(ASSIGNED.findall(_flat(assignments))):
                return ["an UPDATE of a key column"]
    return []


def _flat(text: str) -> str:
    """The text without what stands in brackets."""
    while "(" in text:
        shorter = re.sub(r"\([^()]*\)", "", text)
        if shorter == text:
            break
        text = shorter
    return text


@dataclass
class StatementGuard:
    """Listens to every engine; a forbidden statement fails at once, and again when the test ends."""

    tables: Tables
    found: list[str] = field(default_factory=list)
    watching: bool = True
    known: dict[tuple[str, bool], list[str]] = field(default_factory=dict)

    @contextmanager
    def off(self) -> Iterator[None]:
        """Let a test do on purpose what the service must not."""
        self.watching = False
        try:
            yield
        finally:
            self.watching = True

    @contextmanager
    def listening(self) -> Iterator[None]:
        event.listen(Engine, "before_cursor_execute", self._check)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self._check)

    def _check(
        self,
        _connection: Connection,
        _cursor: Any,
        statement: str,
        _parameters: Any,
        context: Any,
        _many: bool,
    ) -> None:
        if not self.watching:
            return
        found = self.found_in(statement, getattr(context, "compiled", None))
        if found:
            told = f"{', '.join(found)}: {statement}"
            self.found.append(told)
            raise ForbiddenStatement(told)

    def found_in(self, statement: str, compiled: Any) -> list[str]:
        """What is forbidden in a statement, kept so that each text is looked at once."""
        key = (statement, compiled is None)
        if key not in self.known:
            self.known[key] = violations(statement, self.tables)
            if _offset(statement, compiled) and any(name in statement for name in self.tables.spread_by):
                self.known[key].append("OFFSET")
        return self.known[key]


def _offset(statement: str, compiled: Any) -> bool:
    """Whether rows are skipped; SQLAlchemy writes `OFFSET 0` for every LIMIT on SQLite, which skips none."""
    if compiled is None or getattr(compiled, "statement", None) is None:
        return re.search(r"\boffset\b(?!\s+0\b)", _normal(statement)) is not None
    parts = visitors.iterate(compiled.statement)
    return any(getattr(part, "_offset_clause", None) is not None for part in parts)


@contextmanager
def executed() -> Iterator[list[str]]:
    """The statements that the block executes."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
