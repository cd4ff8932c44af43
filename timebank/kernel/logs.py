"""Logs: one JSON object a line on standard output, with ids and numbers only."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from timebank.kernel.errors import fault_of

ROOT = "timebank"
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered here."""

_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
"""Made once: `json.dumps` with choices makes an encoder for every line."""

_STANDARD = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Writes time, level, logger, message, request id and whatever `extra` gave.

    Of an exception only its kind and the places in the code are written: messages may quote people's data.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        line |= {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _exception(record.exc_info[1])
        return _encode(line)


def _exception(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"fault": fault_of(error), "places": places}


class _Output(logging.StreamHandler[TextIO]):
    """Standard output as it is now, not as it was when logging began."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stdout
        super().emit(record)


def configure(level: str) -> None:
    """Write what the service logs, from `level` on. Calling it again changes the level only."""
    # no line names threads or places in the code, so none are looked for (Python's "Logging HOWTO")
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    logger = logging.getLogger(ROOT)
    logger.setLevel(level)
    logger.propagate = False
    if not any(isinstance(handler, _Output) for handler in logger.handlers):
        handler = _Output()
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
