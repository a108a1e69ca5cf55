"""How many rows a second an import takes in, from a CSV file to facts in SQLite, and how much memory it needs.

Writes an invented CSV of registrations, imports it through the command line in a process of its own, and prints rows
per second, the process's largest resident memory, and the time as a multiple of what DuckDB, on one thread, takes
merely to scan the same columns of the same file.

Usage: python bench/import_rows.py [--rows N] [--keep DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from stdnum.cn.uscc import calc_check_digit

CARD = """
code = "bench"
title = { zh = "测量", en = "Bench" }
[file]
format = "csv"
[[fact]]
kind = "registration"
ref = "{code}"
entity = { scheme = "uscc", column = "code" }
valid_from = { column = "from" }
[fact.field]
name = { column = "name" }
subject_type = { column = "type", map = { "企业" = "enterprise", "个体工商户" = "self_employed" } }
status = { column = "status", map = { "存续" = "open", "注销" = "deregistered" } }
region = { column = "region" }
sector = { column = "sector" }
address = { column = "address" }
capital_minor = { column = "capital", times = 100 }
established_on = { column = "from" }
authority = { column = "authority" }
"""

PROGRAM = """
from goodstanding.cli import frame
frame.ROOMS = ("installation", "intake")  # what the other commands would load is not measured
frame.main()
"""

COLUMNS = ("code", "name", "type", "status", "region", "sector", "address", "capital", "from", "authority")


def write(path: Path, rows: int) -> None:
    """Write the invented file; row after row, so that its size does not matter."""
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for number in range(rows):
            body = f"91330402{number:09d}"
            row = (
                body + calc_check_digit(body),
                f"示范第{number}号贸易有限公司",
                ("企业", "个体工商户")[number % 2],
                "存续",
                "330402",
                "ABCDEFGH"[number % 8],
                f"示范市中山路{number % 997}号",
                f"{number % 100_000}.50",
                f"20{number % 20:02d}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
                "示范市市场监督管理局",
            )
            file.write(",".join(row) + "\n")


def run(home: Path, *arguments: str) -> tuple[dict[str, int], float, int]:
    """Run one command; return its result, its seconds, and its largest resident memory in bytes."""
    start = time.perf_counter()
    command = [sys.executable, "-c", PROGRAM, "--home", str(home), "--json", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(process.returncode)
    scale = 1 if sys.platform == "darwin" else 1024
    return json.loads(said.splitlines()[-1]), seconds, used.ru_maxrss * scale


def scan(path: Path) -> float:
    """Return the seconds DuckDB takes to read every column of the file as text, on one thread."""
    columns = ", ".join(f'max(length("{name}"))' for name in COLUMNS)
    with duckdb.connect() as engine:
        engine.execute("SET threads = 1")
        start = time.perf_counter()
        engine.execute(f"SELECT count(*), {columns} FROM read_csv(?, all_varchar = true)", [str(path)]).fetchall()  # noqa: S608
        return time.perf_counter() - start


def machine() -> str:
    """Return what the figures were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=200_000)
    options.add_argument("--keep", type=Path, help="Work in this folder and leave it there.")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="goodstanding-bench-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        file, card, home = folder / "rows.csv", folder / "bench.toml", folder / "home"
        write(file, given.rows)
        card.write_text(CARD, encoding="utf-8")
        run(home, "init", "--rulebook", "cn")
        done, seconds, memory = run(home, "import", str(card), str(file))
        assert done["added"] == given.rows, done
        bare = min(scan(file) for _ in range(3 if given.rows <= 1_000_000 else 1))
        ledger = sum(path.stat().st_size for path in home.glob("records.sqlite3*"))
        print(
            f"rows             {given.rows:>12,}  ({file.stat().st_size / 1e6:,.0f} MB of CSV, {len(COLUMNS)} columns)"
        )
        print(f"import           {seconds:>12,.1f}  s, {given.rows / seconds:,.0f} rows/s")
        print(f"largest memory   {memory / 1e6:>12,.0f}  MB resident")
        print(f"ledger on disk   {ledger / 1e6:>12,.0f}  MB, {ledger / given.rows:,.0f} bytes a fact")
        print(f"DuckDB's scan    {bare:>12,.2f}  s on one thread")
        print(f"ratio            {seconds / bare:>12,.1f}  times the bare scan")
        print(f"machine          {machine()}")


if __name__ == "__main__":
    main()
