"""Running checks of many fields together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from timebank.kernel.errors import Invalid


def collected(checks: Mapping[str, Callable[[], object]]) -> dict[str, Any]:
    """Run all checks and give their values by field. Raises one Invalid naming every field that failed.

    A check's own idea of its field gives way to the name it has here, unless it raises with `fields`.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for field, check in checks.items():
        try:
            values[field] = check()
        except Invalid as error:
            for name, codes in (error.fields if error.names_fields else {field: [error.code]}).items():
                wrong.setdefault(name, []).extend(codes)
    if wrong:
        raise Invalid(fields=wrong)
    return values
