"""Runs the program on another day: ``dated.py DAY_FILE serve PORT``, or ``dated.py DAY_FILE COMMAND...``.

The day is read from a file each time it is asked for, so that a test lets days pass under a server that runs on.
Every clock of the office and of the command line is one function each; they are replaced before anybody imports them.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

NINE = time(1)
"""Nine o'clock in the morning of the register, in UTC."""


class Clock:
    """Nine o'clock of the day a file names, and a microsecond later each time it is read."""

    def __init__(self, day_file: Path) -> None:
        self._file = day_file
        self._reads = 0

    def __call__(self) -> datetime:
        self._reads += 1
        day = date.fromisoformat(self._file.read_text(encoding="utf-8").strip())
        return datetime.combine(day, NINE, UTC) + timedelta(microseconds=self._reads)


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
