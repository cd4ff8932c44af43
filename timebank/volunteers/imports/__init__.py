"""Reading files of volunteers: XLSX and CSV, headings in Chinese or English, row by row."""

from timebank.volunteers.imports.sheet import Sheet, digest_of, read_sheet

__all__ = ["Sheet", "digest_of", "read_sheet"]
