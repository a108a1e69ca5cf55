"""Run a command against a PostgreSQL server of its own: made in a temporary folder, stopped and removed at the end.

Usage: python tests/on_postgresql.py COMMAND [ARGUMENT ...]

The command finds the server in DATABASE_URL. PostgreSQL refuses to run as root; as root the server runs as the system
user ``postgres``. Its status is the command's.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path


def programs() -> Path:
    """Return the folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        sys.exit("PostgreSQL's server is not installed: install Debian's package postgresql.")
    return Path(elsewhere).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: Sequence[str]) -> int:
    bin_ = programs()
    folder = Path(tempfile.mkdtemp(prefix="goodstanding-postgresql-"))
    owner: list[str] = []
    if os.geteuid() == 0:
        owner = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, *[pwd.getpwnam("postgres").pw_name] * 2)
    port = free_port()
    control = [*owner, str(bin_ / "pg_ctl"), "--silent", "--pgdata", str(folder / "data")]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        subprocess.run(
            [
                *(*owner, str(bin_ / "initdb"), "--pgdata", str(folder / "data")),
                *("--auth=trust", "--encoding=UTF8", "--locale=C", "--username=goodstanding"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        log = str(folder / "log")
        subprocess.run([*control, "--wait", "--log", log, "--options", options, "start"], check=True, cwd="/")
        try:
            url = f"postgresql://goodstanding@127.0.0.1:{port}/postgres"
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode
        finally:
            subprocess.run([*control, "--mode", "fast", "stop"], check=True, cwd="/")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
