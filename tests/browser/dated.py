"""Runs the program on another day: ``dated.py DAY_FILE serve PORT``, or ``dated.py DAY_FILE COMMAND...``.

The day is read from a file each time it is asked for, so that a test lets days pass under a server that runs on.
Every clock of the office and of the command line is one function each; they are replaced before anybody imports them.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from pathlib import Path
from socketserver import ThreadingMixIn
from time import time
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

NINE = hour(1)
"""Nine o'clock in the morning of the register, in UTC."""


class Clock:
    """Nine o'clock when the file of the day was written, and on from there as time passes; alike in every process."""

    def __init__(self, day_file: Path) -> None:
        self._file = day_file

    def __call__(self) -> datetime:
        day = date.fromisoformat(self._file.read_text(encoding="utf-8").strip())
        passed = max(0.0, time() - self._file.stat().st_mtime)
        return datetime.combine(day, NINE, UTC) + timedelta(seconds=passed)


class Threads(ThreadingMixIn, WSGIServer):
    """A browser opens several connections at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(clock: Clock, port: int) -> None:
    """Serve both planes until stopped, on the clock's day."""
    import django

    django.setup()
    from goodstanding.office import pages

    pages.now = clock
    from goodstanding import serving
    from goodstanding.home import default_path
    from goodstanding.portal.app import Portal

    # What it serves is composed with a portal that looks at the wall clock; the office it asks is the same.
    both = serving.compose(Portal(default_path() / "public", clock), serving.application)
    with make_server("127.0.0.1", port, both, Threads, Quiet) as server:
        server.serve_forever()


def run(clock: Clock, commands: list[str]) -> None:
    """Run commands one after the other, each as a JSON list of words; the first that fails ends it."""
    from goodstanding.cli import frame

    frame.now = clock
    for command in commands:
        sys.argv = ["goodstanding", "--json", *json.loads(command)]
        try:
            frame.main()
        except SystemExit as end:
            if end.code:
                raise


def main() -> None:
    """Serve, or run what was asked."""
    day_file, *asked = sys.argv[1:]
    clock = Clock(Path(day_file))
    if asked[0] == "serve":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodstanding.settings")
        serve(clock, int(asked[1]))
    else:
        run(clock, asked)


if __name__ == "__main__":
    main()
