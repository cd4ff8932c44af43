"""Writes `tests/snapshots/access.txt` anew (`python -m tests.house.access_snapshot`); review what changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.support import access, schema


def main() -> None:
    """Build the world on a fresh SQLite database, call everything, keep what was answered."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'world.db'}"
        schema.upgrade(url)
        world = access.make_world(url, folder)
        found = dict(access.matrix(world, folder / "kept.db"))
    access.SNAPSHOT.write_text(access.printed(found), encoding="utf-8")
    print(f"{access.SNAPSHOT}: {len(found)} operations")


if __name__ == "__main__":
    main()
