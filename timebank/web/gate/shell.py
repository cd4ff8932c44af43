"""The files of the app on a phone, and the version that changes with any of them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import current_app

SHELL = (
    "css/base.css",
    "css/components.css",
    "css/forms.css",
    "css/gate.css",
    "css/print.css",
    "css/screens.css",
    "css/tokens.css",
    "favicon.svg",
    "icons.svg",
    "icons/gate-192.png",
    "icons/gate-512.png",
    "js/confirm.js",
    "js/error-names.js",
    "js/gate/app.js",
    "js/gate/camera.js",
    "js/gate/desk.js",
    "js/gate/door.js",
    "js/gate/gate.js",
    "js/gate/judge.js",
    "js/gate/kiosk.js",
    "js/gate/people.js",
    "js/gate/ready.js",
    "js/gate/sound.js",
    "js/gate/store.js",
    "js/gate/sync.js",
    "js/gate/upload.js",
    "js/gate/view.js",
    "js/gate/wipe.js",
    "js/main.js",
    "js/submit-once.js",
    "mark.svg",
    "vendor/zxing-wasm/reader/index.js",
    "vendor/zxing-wasm/reader/zxing_reader.wasm",
    "vendor/zxing-wasm/share.js",
)
"""What a phone keeps to work without a network."""
WORKER = "js/gate/worker.js"
SENDER = "js/gate/background.js"
"""What the worker also does where browsers wake it to send what waits."""
TEMPLATES = ("base.html", "screen.html", "gate/_app.html", "gate/start.html")


def worker_text() -> str:
    """The service worker without the constants that stand before it."""
    return (_static() / WORKER).read_text(encoding="utf-8")


@cache
def version() -> str:
    """A short digest of everything that the app consists of."""
    found = hashlib.sha256()
    templates = Path(current_app.root_path) / "templates"
    for path in [
        *(_static() / name for name in (*SHELL, WORKER, SENDER)),
        *(templates / name for name in TEMPLATES),
    ]:
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _static() -> Path:
    return Path(str(current_app.static_folder))
