"""The guard on executed SQL stops what it must stop, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from tests.support.statements import ForbiddenStatement, StatementGuard, Tables, violations

TABLES = Tables(
    spread_by={"volunteers": "shard_code", "visits": "shard_code", "claims": "value_index"},
    keys={
        "volunteers": frozenset({"shard_code", "id"}),
        "visits": frozenset({"shard_code", "id"}),
        "claims": frozenset({"value_index"}),
    },
)

FORBIDDEN = [
    "SELECT 1; DELETE FROM visits",
    "MERGE INTO visits USING volunteers ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM visits WHERE shard_code = 1 RETURNING id) SELECT * FROM gone",
    "SELECT region_code, count(*) FROM volunteers GROUP BY ROLLUP (region_code)",
    "SELECT count(*) FROM volunteers GROUP BY GROUPING SETS ((a), (b))",
    "WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r JOIN volunteers ON volunteers.region_code = r.code",
    "SELECT * FROM visits WHERE shard_code = 1 AND at < now()",
    "UPDATE visits SET ended_at = CURRENT_TIMESTAMP WHERE shard_code = 1",
    "SELECT datetime('now')",
    "SELECT * FROM visits FOR UPDATE SKIP LOCKED",
    "SELECT count(DISTINCT volunteer_id) FROM visits",
    "SELECT * FROM volunteers ORDER BY id LIMIT 10 OFFSET 20",
    "SELECT pg_advisory_xact_lock(7)",
    "SELECT nextval('numbers')",
    "UPDATE volunteers SET shard_code = 2 WHERE shard_code = 1 AND id = ?",
    "INSERT INTO visits (shard_code, id) VALUES (1, 2) ON CONFLICT (shard_code, id) DO UPDATE SET id = 3",
    "SELECT * FROM volunteers WHERE volunteers.id = ?",
    "SELECT * FROM volunteers v JOIN regions r ON r.code = v.region_code WHERE v.id IN (?, ?)",
    "SELECT * FROM volunteers JOIN visits ON visits.volunteer_id = volunteers.id",
]

ALLOWED = [
    "SELECT * FROM volunteers WHERE volunteers.shard_code = ? AND volunteers.id = ?",
    "SELECT * FROM volunteers WHERE (volunteers.shard_code, volunteers.id) > (?, ?) ORDER BY 1, 2 LIMIT 20",
    "SELECT * FROM volunteers v JOIN visits w ON w.shard_code = v.shard_code AND w.volunteer_id = v.id",
    "SELECT count(DISTINCT volunteer_id) FROM visits WHERE shard_code = ?",
    "SELECT shard_code, count(DISTINCT volunteer_id) FROM visits GROUP BY shard_code",
    "SELECT count(DISTINCT level) FROM regions",
    "SELECT * FROM visits WHERE shard_code = ? FOR UPDATE SKIP LOCKED",
    "SELECT * FROM regions WHERE regions.id = ? ORDER BY code LIMIT 10 OFFSET 20",
    "WITH RECURSIVE up AS (SELECT code FROM regions) SELECT * FROM up",
    "UPDATE visits SET ended_at = ?, minutes = coalesce(minutes, 0) + 1 WHERE shard_code = ? AND id = ?",
    "INSERT INTO claims (value_index, shard_code) VALUES (?, ?) ON CONFLICT DO UPDATE SET shard_code = ?",
    "INSERT INTO visits (shard_code, note) VALUES (1, 'now(); MERGE')",
    "SELECT * FROM visits WHERE shard_code = 1;",
    "WITH mine AS (SELECT * FROM visits WHERE shard_code = 1) SELECT count(*) FROM mine",
    "CREATE TABLE t (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
    "PRAGMA foreign_keys=ON",
]


def _found(statement: str) -> list[str]:
    guard = StatementGuard(TABLES)
    return guard.found_in(statement, None)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_forbidden_statements_are_found(statement: str) -> None:
    assert _found(statement)


@pytest.mark.parametrize("statement", ALLOWED)
def test_allowed_statements_pass(statement: str) -> None:
    assert _found(statement) == []


def test_the_guard_listens_to_every_engine(statement_guard: StatementGuard) -> None:
    with create_engine("sqlite://").connect() as connection:
        with pytest.raises(ForbiddenStatement):
            connection.execute(text("SELECT CURRENT_TIMESTAMP"))
        with statement_guard.off():
            connection.execute(text("SELECT CURRENT_TIMESTAMP"))
    statement_guard.found.clear()


def test_violations_names_what_is_wrong() -> None:
    assert violations("SELECT * FROM visits WHERE at < now()", TABLES) == ["the database's clock"]
