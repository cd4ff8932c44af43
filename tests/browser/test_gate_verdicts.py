"""How the gate's app judges, and how a verdict sounds: as the server does, and never like another one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support import vectors
from tests.support.gate_app import Gate
from timebank.attendance.rules import TABLE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_kind", ["sqlite"])]


def test_the_phone_judges_every_situation_as_the_server_does(gate: Gate, page: Page) -> None:
    kept = json.loads(vectors.FILE.read_text(encoding="utf-8"))
    kept["online"] = vectors.unfolded(kept)
    page.goto(f"{gate.live.address}/gate/start")
    wrong = page.evaluate(
        """async ([kept, table]) => {
            const {judge, judgeOffline} = await import("/static/js/gate/judge.js");
            const wrong = [];
            for (const row of kept.online) {
                const facts = Object.fromEntries(kept.facts.map((name, place) => [name, row[place]]));
                const [verdict, code] = row.slice(kept.facts.length);
                const found = judge(table, facts);
                if (found.verdict !== verdict || found.code !== code) wrong.push([row, found]);
            }
            for (const [told, judged, why, doubt, verdict, code] of kept.offline) {
                const found = judgeOffline(table, {told, judged: {verdict: judged, code: why}, doubt});
                if (found.verdict !== verdict || found.code !== code) wrong.push([told, judged, why, found]);
            }
            return [wrong, kept.online.length + kept.offline.length];
        }""",
        [kept, TABLE],
    )
    assert wrong[0] == []
    assert wrong[1] == len(kept["online"]) + len(kept["offline"]) > 27_000


def test_every_verdict_has_its_own_sound_and_rhythm(gate: Gate, page: Page) -> None:
    page.goto(f"{gate.live.address}/gate/start")
    signs = page.evaluate("async () => (await import('/static/js/gate/sound.js')).SIGNS")
    assert set(signs) == {"accepted", "repeated", "refused", "provisional"}
    assert len({json.dumps(sign["tones"]) for sign in signs.values()}) == 4
    assert len({json.dumps(sign["rhythm"]) for sign in signs.values()}) == 4
