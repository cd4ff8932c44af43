"""Files that come with a form, and files to be saved."""

from __future__ import annotations

from flask import make_response, request
from werkzeug.wrappers import Response


def uploaded() -> bytes | None:
    """The file that came with the form; nothing where none was chosen."""
    file = request.files.get("file")
    return (file.read() or None) if file else None


def to_save(content: bytes, media_type: str, name: str) -> Response:
    """A file that somebody uploaded, to be saved: a browser must not run it, and nothing keeps a copy."""
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
