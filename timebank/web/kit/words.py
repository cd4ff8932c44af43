"""Codes and their words. Each area brings its own tables; a code nobody has words for is a defect."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from timebank.kernel.errors import TimebankError

SENTENCES: dict[str, LazyString] = {
    "already-used": _l("This has already been used."),
    "bad-request": _l("The request could not be read."),
    "busy": _l("The service is busy. Nothing was lost; please try again in a moment."),
    "conflict": _l("This cannot be done in the present state."),
    "exact-length": _l("Enter exactly %(first)s characters."),
    "expired": _l("This has run out. Please start again."),
    "forbidden": _l("You do not have the right to do this."),
    "invalid": _l("Please check what you entered."),
    "invalid-cursor": _l("This page of the list does not exist any more. Start again from the first page."),
    "invalid-value": _l("This value cannot be used."),
    "key-reused": _l("This request key was already used for a different request."),
    "internal-error": _l("Something went wrong on our side. Nothing was saved."),
    "maker-is-checker": _l("Somebody else must decide this: it is your own work."),
    "method-not-allowed": _l("This address does not accept that method."),
    "no-such-address": _l("There is nothing at this address."),
    "not-a-choice": _l("Choose one of the values offered."),
    "not-a-date": _l("Enter a date such as 2026-11-20."),
    "not-a-list": _l("Give a list of values."),
    "not-a-number": _l("Enter a whole number."),
    "not-a-region-code": _l("A region code has 12 digits."),
    "not-a-time": _l("Enter a time such as 14:30."),
    "not-an-instant": _l("Enter date, time and offset, such as 2026-11-20T14:30:00+08:00."),
    "not-found": _l("There is no such thing, or it is not within your scope."),
    "not-text": _l("Enter plain text."),
    "out-of-range": _l("Enter a number from %(first)s to %(second)s."),
    "required": _l("This is needed."),
    "sign-in-required": _l("Please sign in first."),
    "too-large": _l("Enter %(first)s or less."),
    "too-large-request": _l("The request is too large."),
    "too-long": _l("Enter at most %(first)s characters."),
    "too-many-attempts": _l("Too many attempts. Please wait %(retry_after)s seconds and try again."),
    "too-short": _l("Enter at least %(first)s characters."),
    "too-small": _l("Enter %(first)s or more."),
    "unavailable": _l("The service is busy. Nothing was lost; please try again in a moment."),
    "unknown-field": _l("There is no such field."),
    "unknown-id": _l("There is no such thing, or it is not within your scope."),
    "wrong-form": _l("This does not have the right form."),
    "wrong-length": _l("Enter %(first)s to %(second)s characters."),
}
WORDS: dict[str, Mapping[str, LazyString]] = {}


def learn(sentences: Mapping[str, LazyString], words: Mapping[str, Mapping[str, LazyString]]) -> None:
    """Take in the tables of one area."""
    SENTENCES.update(sentences)
    WORDS.update(words)


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of an error code in the reader's language; a schema's code may carry numbers behind it."""
    name, *numbers = code.split(" ")
    given = dict(zip(("first", "second"), numbers, strict=False)) | dict(params or {})
    known = SENTENCES.get(name)
    if known is None:
        return str(SENTENCES["invalid-value"])
    text = str(known)
    return text % given if given and "%(" in text else text


def sentence_of(error: TimebankError) -> str:
    """The sentence of an error."""
    return sentence(error.code, error.params)


def word(value: object, group: str) -> str:
    """The word for a code of one group, for instance `registered` in `volunteer_status`."""
    return str(WORDS[group][str(value)])


def choices(group: str, values: tuple[str, ...] | list[str] | None = None) -> list[tuple[str, str]]:
    """The codes of one group with their words, for a field that offers them."""
    return [(code, word(code, group)) for code in (values or list(WORDS[group]))]


def event_words() -> dict[str, str]:
    """Every event there is, with its words; each area has them in a group ending in `_event`."""
    return {
        code: str(text)
        for group, words in WORDS.items()
        if group.endswith("_event")
        for code, text in words.items()
    }


def event_word(name: str) -> str:
    """The words of an event, whatever area it comes from; its name where an older one has none any more."""
    return event_words().get(name, name)
