"""Phones that ask the copy over HTTP, each in a thread of its own with a connection that stays open."""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from timebank.attendance.rules import CODE_LENGTH, issue_code, step_of
from timebank.cli.rehearsal.script import Answer, Card, Step, Tap, Task, Upload
from timebank.cli.rehearsal.stage import Stage
from timebank.kernel.clock import SystemClock
from timebank.kernel.ids import Key

STEPS_AWAY = {"old": -3, "early": 3}
ANSWERED_AGO = timedelta(minutes=1)
"""How long before its upload a card was scanned off line."""
NOBODYS_CARD = "22222222"
CLOCK = SystemClock()
"""The copy's service lives by the machine's clock, whatever the real one does."""


@dataclass(frozen=True)
class Outcome:
    """What was answered to one attempt, beside what had to be."""

    kind: str
    client_id: str
    expected: Answer
    given: Answer

    @property
    def is_wrong(self) -> bool:
        return self.expected != self.given


@dataclass
class Record:
    """All that the phones have seen."""

    outcomes: list[Outcome] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    """Seconds of each request that was answered."""
    waited: list[float] = field(default_factory=list)
    """Seconds from somebody's turn to arrive until everything about them was answered."""
    seconds: float = 0.0


def rehearse(
    stage: Stage, port: int, tasks: Sequence[Task], phones: int, minutes: float, done: Callable[[], None]
) -> Record:
    """Let so many phones work through the tasks, which arrive evenly within so many minutes."""
    record, lock = Record(), threading.Lock()
    waiting: queue.SimpleQueue[tuple[float, Task]] = queue.SimpleQueue()
    for number, task in enumerate(tasks):
        waiting.put((number * minutes * 60 / len(tasks), task))
    began = time.monotonic()

    def work() -> None:
        phone = _Phone(stage, port)
        while True:
            try:
                due, task = waiting.get_nowait()
            except queue.Empty:
                return phone.close()
            time.sleep(max(0.0, began + due - time.monotonic()))
            outcomes, asked = phone.do(task)
            with lock:
                record.outcomes += outcomes
                record.asked += asked
                record.waited.append(time.monotonic() - began - due)
                done()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(phones)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record.seconds = time.monotonic() - began
    return record


class _Phone:
    def __init__(self, stage: Stage, port: int) -> None:
        self._stage = stage
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._shift, self._other = Key.parse(stage.shift), Key.parse(stage.other_shift)

    def close(self) -> None:
        self._line.close()

    def do(self, task: Task) -> tuple[list[Outcome], list[float]]:
        """Every request of a task; the outcomes, and the seconds of those that were answered."""
        outcomes: list[Outcome] = []
        asked: list[float] = []
        for step in task.steps:
            began = time.monotonic()
            told = self._ask(step)
            if told is None:
                continue
            asked.append(time.monotonic() - began)
            for attempt, given in zip(_attempts(step), told, strict=True):
                outcomes.append(Outcome(task.kind, attempt.client_id, attempt.expected, given))
        return outcomes, asked

    def _ask(self, step: Step) -> list[Answer] | None:
        path, token, body = self._request(step.ask)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            self._line.request("POST", path, json.dumps(body), headers)
            if step.answer_is_lost:
                self._line.close()
                return None
            answer = self._line.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._line.close()
            return [("no answer", type(error).__name__)] * len(_attempts(step))
        if answer.status != http.client.OK:
            return [(f"status {answer.status}", told.get("code"))] * len(_attempts(step))
        results = told.get("results", [told])
        return [(each["verdict"], each["code"]) for each in results]

    def _request(self, ask: Tap | Upload) -> tuple[str, str, dict[str, Any]]:
        if isinstance(ask, Upload):
            return f"/api/v1/shifts/{self._shift}/scans", self._stage.organizer, self._upload(ask)
        body = {"code": self._code(ask), "direction": ask.direction, "client_id": ask.client_id}
        body["shift"] = str(self._shift)
        return "/api/v1/check-ins", self._stage.people[ask.person].token, body

    def _code(self, tap: Tap) -> str:
        step = step_of(CLOCK.now()) + STEPS_AWAY.get(tap.code, 0)
        if tap.code == "other-shift":
            return issue_code(self._other, self._stage.other_secret, step)
        if tap.code == "forged":
            return issue_code(self._shift, "x" * CODE_LENGTH, step)
        return issue_code(self._shift, self._stage.secret, step)

    def _upload(self, upload: Upload) -> dict[str, Any]:
        skew, now = timedelta(seconds=upload.skew_seconds), CLOCK.now()
        scans = [self._card(card, now - ANSWERED_AGO + skew, upload.is_off_line) for card in upload.cards]
        return {"scans": scans, "sent_at": (now + skew).isoformat()}

    def _card(self, card: Card, at: datetime, is_off_line: bool) -> dict[str, Any]:
        code = NOBODYS_CARD if card.person is None else self._stage.people[card.person].card
        found = {"client_id": card.client_id, "code": code, "direction": card.direction}
        return found | ({"scanned_at": at.isoformat(), "told": "accepted"} if is_off_line else {})


def _attempts(step: Step) -> Sequence[Tap | Card]:
    return step.ask.cards if isinstance(step.ask, Upload) else (step.ask,)
