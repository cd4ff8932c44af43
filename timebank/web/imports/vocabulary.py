"""What columns and codes are called in a file: the words of both languages, and the codes themselves."""

from __future__ import annotations

from functools import cache

from flask_babel import force_locale

from timebank.volunteers.rules import SLOTS
from timebank.volunteers.rules.importing import Column, Vocabulary, word_key
from timebank.web.kit.words import WORDS, word

LANGUAGES = ("zh_Hans_CN", "en")
GROUPS = {
    Column.DOCUMENT_TYPE: "document_type",
    Column.SEX: "sex",
    Column.POLITICAL_STATUS: "political_status",
    Column.EDUCATION: "education",
    Column.OCCUPATION: "occupation",
    Column.SKILLS: "skill",
    Column.CATEGORIES: "service_category",
    Column.GUARDIAN_RELATION: "guardian_relation",
    Column.GUARDIAN_DOCUMENT_TYPE: "document_type",
}
"""Columns of codes, and where their words stand."""
OTHER_HEADINGS = {
    "身份证号": Column.DOCUMENT_NUMBER,
    "身份证号码": Column.DOCUMENT_NUMBER,
    "公民身份号码": Column.DOCUMENT_NUMBER,
    "证件号": Column.DOCUMENT_NUMBER,
    "出生年月日": Column.BORN_ON,
    "手机": Column.PHONE,
    "手机号": Column.PHONE,
    "联系电话": Column.PHONE,
    "社区": Column.REGION_CODE,
    "村": Column.REGION_CODE,
    "社区(村)": Column.REGION_CODE,
    "村(社区)": Column.REGION_CODE,
    "所在社区": Column.REGION_CODE,
    "居住社区": Column.REGION_CODE,
    "居住区域": Column.REGION_CODE,
    "详细地址": Column.ADDRESS,
    "住址": Column.ADDRESS,
    "学历": Column.EDUCATION,
    "职业": Column.OCCUPATION,
    "特长": Column.SKILLS,
    "全国统一编号": Column.NATIONAL_NO,
}
"""What lists that people keep call these columns besides."""
OTHER_WORDS = {
    Column.DOCUMENT_TYPE: {
        "身份证": "resident_id",
        "二代身份证": "resident_id",
        "回乡证": "home_return_permit",
        "台胞证": "taiwan_permit",
        "外国人永久居留证": "permanent_residence",
    },
    Column.POLITICAL_STATUS: {"党员": "01", "预备党员": "02", "团员": "03", "普通居民": "13"},
    Column.EDUCATION: {"研究生": "10", "硕士": "10", "博士": "10", "本科": "20", "专科": "30", "高中": "60"},
}


@cache
def vocabulary() -> Vocabulary:
    """The words of both languages, whatever language the reader has."""
    headings = {word_key(text): column for text, column in OTHER_HEADINGS.items()}
    codes: dict[Column, dict[str, str]] = {
        column: {word_key(text): code for text, code in OTHER_WORDS.get(column, {}).items()}
        for column in (*GROUPS, Column.AVAILABILITY)
    }
    for language in LANGUAGES:
        with force_locale(language):
            headings |= {word_key(word(column, "import_heading")): column for column in Column}
            for column, known in codes.items():
                known |= {word_key(text): code for code, text in choices(column)}
    headings |= {word_key(column): column for column in Column}
    for known in codes.values():
        known |= {word_key(code): code for code in known.values()}
    return Vocabulary(headings, codes)


def choices(column: Column) -> list[tuple[str, str]]:
    """The codes of a column with their words in the present language."""
    if column is Column.AVAILABILITY:
        return [(slot, _slot_word(slot)) for slot in SLOTS]
    return [(code, str(text)) for code, text in WORDS[GROUPS[column]].items()]


def _slot_word(slot: str) -> str:
    day, part = slot.split("-")
    first, second = word(day, "import_day"), word(part, "import_part")
    return f"{first} {second}" if first.isascii() else f"{first}{second}"
