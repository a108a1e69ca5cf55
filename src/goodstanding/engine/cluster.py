"""A small Spark cluster on this machine: one master, two workers, for trials and tests.

The programs are those of the pyspark wheel, so nothing is installed besides it but Java. They listen on the loopback
address only. Every process belongs to a group that was made here, and only such groups are ended.

Usage: python -m goodstanding.engine.cluster [--port P] [--workers N] [--cores C] [--memory M]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from goodstanding.core.errors import ClusterFailed, EngineMissing

LOOPBACK = "127.0.0.1"
PORT = 7077
_DAEMON_MEMORY = "256m"  # of the master and of each worker; what an executor may use comes on top
_PATIENCE_S = 60.0
_STOPPING_S = 10.0


@dataclass(frozen=True, slots=True)
class Process:
    """One started program, the first of a process group of its own.

    Args:
        log: The file both its outputs go to.
    """

    name: str
    running: subprocess.Popen[bytes]
    log: Path

    def said(self, pattern: str) -> re.Match[str] | None:
        """Return the first place in the log that a pattern finds."""
        return re.search(pattern, self.log.read_text(encoding="utf-8", errors="replace"))

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until the log says something.

        Raises:
            ClusterFailed: The process ended, or took too long.
        """
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            # Asked before the log is read: what the process said last is still seen.
            has_ended = self.running.poll() is not None
            found = self.said(pattern)
            if found is not None:
                return found
            if has_ended:
                break
            time.sleep(0.1)
        raise ClusterFailed(
            asked=f"To start the {self.name} of a Spark cluster on this machine.",
            found=" ".join(self.log.read_text(encoding="utf-8", errors="replace").split()[-60:]) or "It said nothing.",
            wants=f"A running process that is ready within {_PATIENCE_S:.0f} seconds.",
            next_step="Read what it said; a port in use needs another --port.",
        )

    def kill(self) -> None:
        """End the process and all it started, at once and without a word, as a power cut would."""
        self._signal(signal.SIGKILL)
        self.running.wait()

    def stop(self) -> None:
        """Ask the process to end, and end it and all it started if it does not."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.running.wait(_STOPPING_S)
        self.kill()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # the whole group has ended
            os.killpg(self.running.pid, number)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster.

    Args:
        master: Its address, as ``spark://host:port``.
    """

    master: str
    workers: tuple[Process, ...]


def spark_home() -> Path:
    """Return the folder of the installed Spark programs.

    Raises:
        EngineMissing: pyspark or Java is not installed.
    """
    found = find_spec("pyspark")
    if found is None or found.origin is None:
        raise EngineMissing(
            asked="To use Spark.",
            found="The Python package pyspark is not installed.",
            wants="pyspark, in the release that runs on the cluster; one machine alone does without it.",
            next_step="Install it beside goodstanding (pip install 'pyspark>=4.3,<4.4'), or classify with DuckDB.",
        )
    if shutil.which("java") is None and not _java_of_home().is_file():
        raise EngineMissing(
            asked="To use Spark.",
            found="There is no Java: neither JAVA_HOME nor the search path leads to one.",
            wants="Java 17 or 21; Spark is a Java program.",
            next_step="Install it (on Debian: openjdk-17-jre-headless), or set JAVA_HOME, or classify with DuckDB.",
        )
    return Path(found.origin).parent


def _java_of_home() -> Path:
    return Path(os.environ.get("JAVA_HOME") or "/nowhere") / "bin" / "java"


@contextmanager
def cluster(port: int = 0, workers: int = 2, cores: int = 1, memory: str = "1g") -> Iterator[Cluster]:
    """Run a cluster on this machine while the block lasts.

    Args:
        port: Of the master; 0 takes a free one.
        workers: How many.
        cores: That each worker lends.
        memory: That each worker lends, as ``1g``.
    Yields:
        The cluster, its workers registered.
    Raises:
        EngineMissing: See `spark_home`.
        ClusterFailed: A process ended or did not get ready.
    """
    home = spark_home()
    started: list[Process] = []
    with tempfile.TemporaryDirectory(prefix="goodstanding-spark-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        start = _starter(home, folder, started)
        try:
            at = ["--host", LOOPBACK, "--webui-port", "0"]
            master = start("master", "org.apache.spark.deploy.master.Master", [*at, "--port", str(port)])
            address = master.wait_for(rf"Starting Spark master at (spark://{re.escape(LOOPBACK)}:\d+)").group(1)
            lent = ["--cores", str(cores), "--memory", memory]
            for number in range(workers):
                place = ["--work-dir", str(folder / f"work-{number}")]
                start(f"worker {number}", "org.apache.spark.deploy.worker.Worker", [*at, *lent, *place, address])
            for worker in started[1:]:
                worker.wait_for(r"Successfully registered with master")
            yield Cluster(address, tuple(started[1:]))
        finally:
            # Workers first: a worker that loses its master would look for it.
            for process in reversed(started):
                process.stop()


def _starter(home: Path, folder: Path, started: list[Process]) -> Callable[[str, str, list[str]], Process]:
    settings = folder / "log4j2.properties"
    # What is waited for is said at this level, so it is set here and not left to the wheel.
    settings.write_text(LOGGING.format(level="info"), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
    environment |= {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        "SPARK_DAEMON_MEMORY": _DAEMON_MEMORY,
        "SPARK_DAEMON_JAVA_OPTS": f"-Dlog4j2.configurationFile={settings}",
    }

    def start(name: str, program: str, arguments: list[str]) -> Process:
        log = folder / f"{name.replace(' ', '-')}.log"
        with log.open("wb") as out:
            running = subprocess.Popen(  # noqa: S603 - programs of the wheel, arguments of ours
                [str(home / "bin" / "spark-class"), program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
        process = Process(name, running, log)
        started.append(process)
        return process

    return start


# An appender is named even where nothing is to be said: without one, Spark takes settings of its own.
LOGGING = """\
rootLogger.level = {level}
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{{HH:mm:ss}} %p %c{{1}}: %m%n
"""


def main() -> None:
    """Start a cluster, print its address, and stop it on Ctrl-C or when asked to end."""
    options = argparse.ArgumentParser(prog="make spark-cluster", description="A Spark cluster on this machine.")
    options.add_argument("--port", type=int, default=PORT, help="Of the master; 0 takes a free one.")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--cores", type=int, default=1, help="That each worker lends.")
    options.add_argument("--memory", default="1g", help="That each worker lends.")
    given = options.parse_args()

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        with cluster(given.port, given.workers, given.cores, given.memory) as running:
            print(f"{running.master} is ready with {given.workers} workers.", flush=True)
            print(f"goodstanding classify --engine spark --master {running.master} --as-of DAY", flush=True)
            print("Ctrl-C stops it.", flush=True)
            while all(worker.running.poll() is None for worker in running.workers):
                time.sleep(0.5)
            sys.exit("A worker has ended; the cluster stops.")
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    except (EngineMissing, ClusterFailed) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
