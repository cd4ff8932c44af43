"""Words of the region tree."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "no-such-region": _l("There is no such region, or it is not within your scope."),
}
WORDS: dict[str, dict[str, LazyString]] = {
    "region_event": {
        "figures.imported": _l("Figures of regions loaded"),
        "regions.imported": _l("Region tree loaded"),
    },
    "region_level": {
        "nation": _l("Nation"),
        "province": _l("Province"),
        "city": _l("City"),
        "county": _l("County"),
        "township": _l("Township or street"),
        "village": _l("Village or urban community"),
    },
}
