"""Words of indicators, their tables and their refusals."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from timebank.exports.writers import Words
from timebank.web.kit.text import is_chinese
from timebank.web.regions.words import WORDS as REGION_WORDS

SENTENCES: dict[str, LazyString] = {
    "export-too-large": _l(
        "Excel files from this page hold at most %(largest)s regions. Choose CSV, or a smaller region."
    ),
    "no-indicator-definition": _l("No definition of the indicators holds for %(year)s."),
    "target-exists": _l(
        "This document is already recorded with another value for the same region and indicator."
    ),
    "year-not-computed": _l("The indicators of %(year)s have not been computed."),
}
INDICATOR: dict[str, LazyString] = {
    "registered_share": _l("Registered volunteers among residents"),
    "party_participation": _l("Community party members who served"),
    "resident_participation": _l("Residents who served"),
}
SHORT: dict[str, LazyString] = {
    "registered_share": _l("Registered share"),
    "party_participation": _l("Party participation"),
    "resident_participation": _l("Resident participation"),
}
DENOMINATOR: dict[str, LazyString] = {
    "registered_share": _l("Permanent residents"),
    "party_participation": _l("Community party members"),
    "resident_participation": _l("Permanent residents"),
}
COLUMNS: dict[str, LazyString] = {
    "region_code": _l("Region code"),
    "region": _l("Region"),
    "level": _l("Level"),
    "indicator": _l("Indicator"),
    "year": _l("Year"),
    "as_of": _l("As of"),
    "share": _l("Share (per cent)"),
    "target": _l("Target (per cent)"),
    "missing": _l("People missing"),
    "numerator": _l("People counted"),
    "denominator": _l("Divided by"),
    "denominator_year": _l("Year of the published number"),
    "source": _l("Source"),
    "excluded": _l("Left out"),
    "document": _l("Document"),
    "deadline": _l("Deadline"),
    "definition_version": _l("Version of the definition"),
}
WORDS: dict[str, dict[str, LazyString]] = {
    "statistics_event": {
        "statistics.exported": _l("Figures taken as a file"),
        "target.recorded": _l("Target recorded"),
    },
    "indicator": INDICATOR,
    "indicator_short": SHORT,
    "indicator_denominator": DENOMINATOR,
}


def export_words() -> Words:
    """The words of exported tables in the reader's language."""
    return Words(
        is_chinese=is_chinese(),
        columns=_plain(COLUMNS),
        indicators=_plain(INDICATOR),
        sheets={**_plain(SHORT), "definitions": _("Definitions")},
        levels=_plain(REGION_WORDS["region_level"]),
        notes={
            "title": _("Indicators of volunteer service"),
            "region": _("Region"),
            "year": _("Year"),
            "as_of": _("As of"),
            "numerator": _("Who is counted"),
            "denominator": _("Divided by"),
            "period": _("Counting period"),
            "version": _("Version of the definition"),
        },
        nation=_("Nation"),
        no_figure=_("no figure"),
    )


def _plain(words: dict[str, LazyString]) -> dict[str, str]:
    return {code: str(word) for code, word in words.items()}
