"""Spark runs the same expressions on a cluster: one job over every bucket, its result written by the executors.

Rules kept here:
- The engine knows the snapshot's files and nothing else; master, workers and this process see them, and the folder they
  stand in, under the same path.
- A number too large for its column stops the job (ANSI mode), as it stops DuckDB: no engine gives another number
  quietly. The session's time zone is UTC, though no expression asks for a clock.
- The executors write the result a bucket at a time; it never passes through this process as a whole.
- pyspark and Java are asked for when the engine is, and not before: one machine alone does without them.
"""

from __future__ import annotations

import re
import socket
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from goodstanding.core.errors import ClusterFailed, ClusterUnreachable
from goodstanding.engine.backends import FACTS
from goodstanding.engine.buckets import SHIFT
from goodstanding.engine.cluster import LOGGING, LOOPBACK, PORT, spark_home

_BUCKET = "bucket_of_entity"
_ANSWERS_WITHIN_S = 5.0


class Spark:
    """A session on a cluster, to be used as a context manager or closed; one at a time in one process.

    Args:
        master: The cluster's address: ``spark://host:port``, several masters with commas between, or whatever else
            Spark takes.
        memory: That each executor may use, and this session's own Java process, as ``1g``.
        patience_s: Seconds to wait for the cluster's first worker.
    Raises:
        EngineMissing: pyspark or Java is not installed.
        ClusterUnreachable: No master answers, or no worker is free.
    """

    name = "spark"
    dialect = "pyspark"

    def __init__(self, master: str, memory: str = "1g", patience_s: float = 60.0) -> None:
        spark_home()
        self._master = master
        self._logging = tempfile.TemporaryDirectory(prefix="goodstanding-spark-")
        self.session: Any = None
        try:
            _knock(master)
            self.session = self._begin(memory)
            self._wait_for_a_worker(patience_s)
        except BaseException:
            self.close()
            raise

    def _begin(self, memory: str) -> Any:
        from pyspark.sql import SparkSession

        # Spark says its errors twice, on the terminal and to us; ours have four beats.
        settings = Path(self._logging.name) / "log4j2.properties"
        settings.write_text(LOGGING.format(level="off"), encoding="utf-8")
        builder = SparkSession.builder.master(self._master).appName("goodstanding")
        wanted = {
            "spark.driver.memory": memory,
            "spark.executor.memory": memory,
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={settings}",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            # Sixty indicators make one method that Java compiles for half a minute, or not at all.
            "spark.sql.codegen.wholeStage": "false",
            # Planning anew after each of the many small stages takes longer than it saves: all of them share one key.
            "spark.sql.adaptive.enabled": "false",
            "spark.sql.ansi.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
        }
        if all(host == LOOPBACK for host, _ in _hosts(self._master)):
            wanted |= {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
        for name, value in wanted.items():
            builder = builder.config(name, value)
        with self._telling("To begin a session on"), warnings.catch_warnings():
            # No data frame of pandas is made here.
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            return builder.getOrCreate()

    def _wait_for_a_worker(self, patience_s: float) -> None:
        if self._master.startswith("local"):
            return
        until = time.monotonic() + patience_s
        context = self.session.sparkContext._jsc.sc()
        # This process counts as one of those that hold memory.
        while context.getExecutorMemoryStatus().size() < 2:
            if time.monotonic() > until:
                raise ClusterUnreachable(
                    asked=f"A worker of the Spark cluster {self._master}.",
                    found=f"It lent none within {patience_s:.0f} seconds.",
                    wants="A worker with a free core and the memory asked for.",
                    next_step="Start a worker, wait for the cluster's other work, or ask for less --memory.",
                )
            time.sleep(0.1)

    def run(self, sql: str, files: Sequence[Path], folder: Path) -> Iterator[Path]:
        """Write the result for each bucket, after one job over all of them, and yield the files in turn.

        Args:
            files: Every bucket of a snapshot, in the order of bucket numbers, under a path the workers see too.
            folder: Where the results go, each under the name of its bucket.
        Raises:
            ClusterFailed: The cluster could not finish.
        """
        if not files:
            return
        with tempfile.TemporaryDirectory(prefix=".spark-", dir=files[0].parent) as beside:
            target = Path(beside) / "found"
            with self._telling("To classify on"):
                empty = self._write(sql, files, target)
            for number, path in enumerate(files):
                parts = sorted((target / f"{_BUCKET}={number}").glob("*.parquet"))
                found = pa.concat_tables(pq.ParquetFile(part).read() for part in parts) if parts else empty
                pq.write_table(found, folder / path.name, compression="zstd")
                yield folder / path.name

    def _write(self, sql: str, files: Sequence[Path], target: Path) -> pa.Table:
        """Let the executors write the result, a folder for each bucket, and return what an empty one looks like."""
        session = self.session
        session.conf.set("spark.sql.shuffle.partitions", str(max(len(files), 2)))
        session.read.parquet(*(path.as_uri() for path in files)).createOrReplaceTempView(FACTS)
        found = session.sql(sql)
        placed = found.selectExpr("*", f"shiftright(entity, {SHIFT}) AS {_BUCKET}")
        # Each bucket is gathered in one place first, or every task would write a file into every bucket.
        placed.repartition(_BUCKET).write.partitionBy(_BUCKET).parquet(target.as_uri())
        types = {"string": pa.string(), "boolean": pa.bool_()}
        return pa.table({name: pa.array([], types.get(type_, pa.int64())) for name, type_ in found.dtypes})

    @contextmanager
    def _telling(self, asked: str) -> Iterator[None]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            yield
        except (Py4JError, PySparkException, OSError) as error:
            raise ClusterFailed(
                asked=f"{asked} the Spark cluster {self._master}.",
                found=_short(error),
                wants="A cluster of the installed release of pyspark, whose workers see the snapshot's files.",
                next_step="Look into the cluster's logs, then classify again, or classify with DuckDB.",
            ) from None

    def close(self) -> None:
        """End the session and its Java process."""
        from pyspark import SparkContext

        if self.session is not None:
            self.session.stop()
            self.session = None
        gateway = SparkContext._gateway
        if gateway is not None:
            gateway.shutdown()
            if gateway.proc.stdin is not None:
                gateway.proc.stdin.close()  # it ends when this does
            gateway.proc.wait()
            SparkContext._gateway = SparkContext._jvm = None
        self._logging.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _hosts(master: str) -> list[tuple[str, int]]:
    """Return host and port of each master of a standalone cluster; none of any other kind of cluster."""
    if not master.startswith("spark://"):
        return []
    found = (one.rpartition(":") for one in master.removeprefix("spark://").split(","))
    return [(host or port, int(port) if host and port.isdigit() else PORT) for host, _, port in found]


def _knock(master: str) -> None:
    """Ask whether any master answers: Spark itself would try for a minute.

    Raises:
        ClusterUnreachable: None does.
    """
    hosts = _hosts(master)
    failures = []
    for host, port in hosts:
        try:
            socket.create_connection((host, port), _ANSWERS_WITHIN_S).close()
        except OSError as error:
            failures.append(f"{host}:{port}: {error.strerror or error}")
        else:
            return
    if hosts:
        raise ClusterUnreachable(
            asked=f"A session on the Spark cluster {master}.",
            found=f"No master answers ({'; '.join(failures)}).",
            wants="The address of a running master, as spark://host:port.",
            next_step="Start the cluster (make spark-cluster starts a small one), mend --master, or use DuckDB.",
        )


def _short(error: Exception) -> str:
    """Return what Java said first, without the stack below it."""
    text = re.sub(r"\s+", " ", str(error).split("\n\tat ")[0])
    return text if len(text) <= 500 else text[:500] + " …"
