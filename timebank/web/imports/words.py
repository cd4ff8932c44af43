"""Words of imports: columns, what they expect, what can be wrong with a row."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "encoding-unknown": _l(
        "The signs of this file cannot be read. Save it as XLSX, or as CSV in UTF-8 or GB18030."
    ),
    "file-empty": _l("There is no row in this file. Fill in the template from its second row on."),
    "file-needed": _l("Choose a file."),
    "file-too-large": _l("This file is too large to be opened. Divide it into several."),
    "file-unreadable": _l("This file cannot be read. Save it again as XLSX or CSV."),
    "heading-repeated": _l("Two columns have the same heading. Leave only one of them."),
    "no-column-document-number": _l("The column “Document number” is missing."),
    "no-column-name": _l("The column “Name” is missing."),
    "no-column-political-status": _l("The column “Political status” is missing."),
    "no-column-region-code": _l("The column “Community or village” is missing."),
    "nothing-to-import": _l(
        "There is no row that could be registered. Correct the file and upload it again."
    ),
    "old-workbook": _l("This is an old XLS file or one with a password. Save it as XLSX without a password."),
    "too-many-rows": _l("There are more than %(first)s rows. Divide the file into several."),
}

PROBLEM: dict[str, LazyString] = {
    "ambiguous-community": _l("Several communities of this region have this name."),
    "community-outside": _l("This community lies outside the region of the import."),
    "differs-from-document": _l("This is not what the document number says."),
    "document-registered": _l("A person with this document is registered already."),
    "document-repeated": _l("The same document stands in row %(first)s already."),
    "not-a-choice": _l("This is none of the words that can be chosen."),
    "not-a-date": _l("This is not a date."),
    "number-damaged": _l("The spreadsheet has damaged this number: its last digits are lost."),
    "phone-repeated": _l("The same mobile number stands in row %(first)s already."),
    "phone-taken": _l("Somebody else has an account with this mobile number."),
    "unknown-community": _l("There is no such community or village in this region."),
}
"""Sentences about a row of a file; other codes have theirs as in every form."""

HEADING: dict[str, LazyString] = {
    "name": _l("Name"),
    "document_type": _l("Kind of document"),
    "document_number": _l("Document number"),
    "nationality": _l("Country"),
    "born_on": _l("Date of birth"),
    "sex": _l("Sex"),
    "phone": _l("Mobile number"),
    "region_code": _l("Community or village"),
    "address": _l("Address"),
    "political_status": _l("Political status"),
    "education": _l("Education"),
    "occupation": _l("Occupation"),
    "employer": _l("Place of work"),
    "skills": _l("Skills"),
    "categories": _l("Service categories"),
    "availability": _l("Times of service"),
    "guardian_name": _l("Name of the guardian"),
    "guardian_relation": _l("Relation of the guardian"),
    "guardian_document_type": _l("Kind of document of the guardian"),
    "guardian_document_number": _l("Document number of the guardian"),
    "guardian_nationality": _l("Country of the guardian"),
    "guardian_phone": _l("Mobile number of the guardian"),
    "emergency_name": _l("Name of the emergency contact"),
    "emergency_phone": _l("Mobile number of the emergency contact"),
    "national_no": _l("National volunteer number"),
}

EXPECTED: dict[str, LazyString] = {
    "name": _l("The name as on the document, without digits or signs."),
    "document_type": _l("A kind of document from the list; if empty, resident identity card."),
    "document_number": _l(
        "The number as on the document, in a column formatted as text; of an identity card 18 signs."
    ),
    "nationality": _l(
        "The country in three letters such as KOR; only for passports and permanent residence cards."
    ),
    "born_on": _l("A date such as 1990-03-07; only if the number does not hold it."),
    "sex": _l("Male or female; only if the number does not hold it."),
    "phone": _l("A mobile number of 11 digits that nobody else signs in with, or nothing."),
    "region_code": _l("A community or village from the list, its 12-digit code, or its name."),
    "address": _l("At most 120 characters, or nothing."),
    "political_status": _l("A word from the list."),
    "education": _l("A word from the list, or nothing."),
    "occupation": _l("A word from the list, or nothing."),
    "employer": _l("At most 100 characters, or nothing."),
    "skills": _l("Words of the sheet of explanations with commas between them, or nothing."),
    "categories": _l("Up to four words of the sheet of explanations with commas between them, or nothing."),
    "availability": _l("Times such as “Saturday morning” with commas between them, or nothing."),
    "guardian_name": _l("For people under 18: the name of father, mother or another guardian."),
    "guardian_relation": _l("For people under 18: a word from the list."),
    "guardian_document_type": _l("A kind of document from the list; if empty, resident identity card."),
    "guardian_document_number": _l("For people under 18: the number of the guardian's document, as text."),
    "guardian_nationality": _l("Only for passports and permanent residence cards: three letters."),
    "guardian_phone": _l("For people under 18: the guardian's mobile number, other than the person's own."),
    "emergency_name": _l("A name, if a mobile number stands beside it."),
    "emergency_phone": _l("A mobile number of 11 digits, if a name stands beside it."),
    "national_no": _l("The number in the national system, at most 32 signs, as text, or nothing."),
}
"""What belongs into a column: in the template, and in the report as what would be right."""

DAYS = {
    "mon": _l("Monday"),
    "tue": _l("Tuesday"),
    "wed": _l("Wednesday"),
    "thu": _l("Thursday"),
    "fri": _l("Friday"),
    "sat": _l("Saturday"),
    "sun": _l("Sunday"),
}
PARTS = {"morning": _l("morning"), "afternoon": _l("afternoon"), "evening": _l("evening")}

REPORT: dict[str, LazyString] = {
    "line": _l("Row"),
    "column": _l("Column"),
    "problem": _l("What is wrong"),
    "expected": _l("What would be right"),
    "sheet": _l("Report"),
    "file": _l("import-report"),
}
TEMPLATE: dict[str, LazyString] = {
    "sheet": _l("Volunteers"),
    "explanations": _l("Explanations"),
    "needed": _l("Needed"),
    "yes": _l("yes"),
    "no": _l("no"),
    "column": _l("Column"),
    "content": _l("What belongs into it"),
    "words": _l("Words that can be chosen"),
    "file": _l("volunteers-template"),
    "choose": _l("Choose a word from the list."),
    "consent": _l(
        "People in a file are not volunteers yet: each of them is asked for consent, and the document is "
        "compared with the person, before somebody approves the registration."
    ),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    "import_expected": EXPECTED,
    "import_heading": HEADING,
    "import_problem": PROBLEM,
    "import_day": DAYS,
    "import_part": PARTS,
    "import_report": REPORT,
    "import_template": TEMPLATE,
    "import_move": {
        "start": _l("Register these people"),
        "pause": _l("Pause"),
        "resume": _l("Go on"),
        "cancel": _l("Give up this import"),
    },
    "import_moved": {
        "start": _l("The people are being registered."),
        "pause": _l("The import is paused."),
        "resume": _l("The import goes on."),
        "cancel": _l("The import is given up and its rows are deleted. Whoever was registered stays so."),
    },
    "import_note": {
        "right-lost": _l(
            "Whoever uploaded the file no longer has the right to register people in this region."
        ),
        "too-old": _l("Nobody went on with it for a long time."),
    },
    "import_status": {
        "checking": _l("Dry run"),
        "checked": _l("Waiting for your decision"),
        "running": _l("Registering"),
        "paused": _l("Paused"),
        "done": _l("Done"),
        "cancelled": _l("Given up"),
    },
    "import_event": {
        "volunteer_import.uploaded": _l("File of volunteers uploaded"),
        "volunteer_import.checked": _l("File of volunteers checked"),
        "volunteer_import.started": _l("Import of volunteers started"),
        "volunteer_import.advanced": _l("Import of volunteers: one batch handled"),
        "volunteer_import.paused": _l("Import of volunteers paused"),
        "volunteer_import.resumed": _l("Import of volunteers resumed"),
        "volunteer_import.cancelled": _l("Import of volunteers given up"),
        "volunteer_import.done": _l("Import of volunteers done"),
    },
}
