"""Rules of exported tables: what each column holds, and what a spreadsheet must not run."""

from __future__ import annotations

from enum import StrEnum

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """Files that can be asked for."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


class Column(StrEnum):
    """Columns of a table of indicators, in their order; their words come from whoever asks."""

    REGION_CODE = "region_code"
    REGION = "region"
    LEVEL = "level"
    INDICATOR = "indicator"
    YEAR = "year"
    AS_OF = "as_of"
    SHARE = "share"
    TARGET = "target"
    MISSING = "missing"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    DENOMINATOR_YEAR = "denominator_year"
    SOURCE = "source"
    EXCLUDED = "excluded"
    DOCUMENT = "document"
    DEADLINE = "deadline"
    DEFINITION_VERSION = "definition_version"


PERCENTAGES = (Column.SHARE, Column.TARGET)
"""Columns of basis points, written as per cent."""

NEEDS_FIGURE = (Column.SHARE, Column.MISSING, Column.DENOMINATOR)
"""Columns that say “no figure” where there is no denominator, never 0."""


def inert(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
