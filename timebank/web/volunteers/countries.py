"""Countries by their names in the reader's language, taken from CLDR, and read back from a name or a code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from marshmallow import ValidationError, fields

from timebank.volunteers.rules import COUNTRIES, HOME

LANGUAGES = ("zh_Hans_CN", "en")


class CountryField(fields.Field[str]):
    """A country as somebody writes it, by name or by three letters; the three letters inside."""

    def _serialize(self, value: str | None, attr: str | None, obj: Any, **given: Any) -> str | None:
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **given: Any) -> str:
        code = country_code(str(value))
        if code is None:
            raise ValidationError("nationality-needed")
        return code


def countries() -> list[tuple[str, str]]:
    """(name, three letters) of the countries whose passports somebody may hold, by name."""
    names = _names(_language())
    return sorted((name, code) for code, name in names.items() if code not in HOME or code == "CHN")


def country_name(code: str | None) -> str:
    """The name of a country or region in the reader's language; what is unknown stays as it is."""
    if code == "TWN":
        return str(_("Taiwan, China"))
    return _names(_language()).get(code or "", code or "")


def country_code(text: str) -> str | None:
    """The three letters for a code or a name in either language."""
    written = " ".join(text.split()).casefold()
    if written.upper() in COUNTRIES:
        return written.upper()
    return next((found for each in LANGUAGES if (found := _codes(each).get(written))), None)


def _language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else LANGUAGES[0]


@cache
def _names(language: str) -> dict[str, str]:
    known = Locale.parse(language).territories
    return {code: str(known[short]) for code, short in COUNTRIES.items()}


@cache
def _codes(language: str) -> dict[str, str]:
    return {name.casefold(): code for code, name in _names(language).items()}
