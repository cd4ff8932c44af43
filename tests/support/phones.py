"""A phone at the gate: a Chromium of its own that keeps its profile, with a film for its camera."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import need
from tests.support.browser import FLAGS, chromium_path

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

WIDTH, HEIGHT = 640, 480
FRAMES = 10


def film_of_code(text: str, path: Path) -> Path:
    """A Motion JPEG in which somebody holds the QR code before the camera."""
    qrcode, image = need.module("qrcode"), need.module("PIL.Image")
    made = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4, box_size=10)
    made.add_data(text)
    made.make(fit=True)
    code = made.make_image().get_image().convert("RGB")
    picture = image.new("RGB", (WIDTH, HEIGHT), (190, 200, 210))
    picture.paste(code, ((WIDTH - code.width) // 2, (HEIGHT - code.height) // 2))
    frame = io.BytesIO()
    picture.save(frame, "JPEG", quality=90)
    path.write_bytes(frame.getvalue() * FRAMES)
    return path


@contextmanager
def phone(
    browser: Browser, profile: Path, *, film: Path | None = None, width: int = 360, locale: str = "zh-CN"
) -> Iterator[BrowserContext]:
    """A phone switched on; what it keeps is in `profile`, so that it can be switched off and on again.

    Fails at the end when a script failed.
    """
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    if film:
        flags += [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
    given: dict[str, Any] = {"permissions": ["camera"]} if film else {}
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=chromium_path(),
        args=flags,
        viewport={"width": width, "height": 800},
        locale=locale,
        timezone_id="Asia/Shanghai",
        **given,
    )
    troubles: list[str] = []
    context.on("weberror", lambda found: troubles.append(str(found.error)))
    try:
        yield context
    finally:
        context.close()
    assert not troubles, troubles
