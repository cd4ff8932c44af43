"""The live API document, tried out: nothing that it allows or forbids makes the service fail, and each
answer is one that the document tells of, by status, content type and shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from tests.support import access, need
from tests.support.access import World
from tests.support.databases import Databases

schemathesis = need.module("schemathesis")
checks = need.module("schemathesis.specs.openapi.checks")

EXAMPLES = 6
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.status_code_conformance,
]
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
SIGNS_OUT = "DELETE /api/v1/auth/tokens/current"


@pytest.fixture(scope="module")
def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with databases.fresh("sqlite") as url:
        made = access.make_world(url, tmp_path_factory.mktemp("schemathesis"))
        yield made
        access.close(made.app)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("who", ["anonymous", "officer"])
def test_every_answer_is_one_of_the_document(world: World, who: str, mode: Any) -> None:
    told = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", world.app)
    seen = Counter[str]()
    for result in told.get_all_operations():
        operation = result.ok()
        name = f"{operation.method.upper()} {operation.path}"
        if name != SIGNS_OUT or who == "anonymous":
            _try(world, operation, name, who, mode, seen)
    assert sum(seen.values()) > 100
    if who == "officer" and mode is MODES[0]:
        assert seen["2"] > 60, seen


def _try(world: World, operation: Any, name: str, who: str, mode: Any, seen: Counter[str]) -> None:
    """A few examples of one operation; every other one is about things that exist."""
    headers = {"Authorization": f"Bearer {world.tokens[who][1]}"} if who in world.tokens else {}
    known = {**world.samples, "code": world.samples["regions/code"]}
    documented = {str(status) for status in operation.definition.raw["responses"]}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        if sum(seen.values()) % 2 and case.path_parameters:
            case.path_parameters = {
                key: _as_sample(known, key, value) for key, value in case.path_parameters.items()
            }
        answer = case.call(headers=headers)
        seen[str(answer.status_code)[0]] += 1
        case.validate_response(answer, checks=CHECKS)
        assert str(answer.status_code) in documented | NOWHERE, f"{name} answers {answer.status_code}"

    with suppress(Unsatisfiable) if mode is MODES[1] else nullcontext():
        each()  # there is no wrong way to call an operation that takes nothing


NOWHERE = {"405"}
"""Of an address that is none of the document's, such as one with an empty part."""


def _as_sample(known: dict[str, Any], name: str, value: Any) -> Any:
    found = known.get(name)
    return value if found is None else f"{found:012d}" if isinstance(found, int) else str(found)
