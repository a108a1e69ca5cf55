"""Reaches the stand-alone checker from tests: as a reader runs it, and as functions."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "verify"
GOLDEN = ROOT / "tests" / "golden" / "draw"


def checker_module(name: str) -> ModuleType:
    """Import one file of the checker the way ``python verify`` does: from its own folder."""
    sys.path.insert(0, str(CHECKER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(CHECKER))


def run_checker(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the checker on a file in a Python that sees neither our package nor any installed one."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", str(CHECKER), str(path), *options],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def golden(name: str) -> dict[str, Any]:
    """Read a golden file of the draw."""
    document: dict[str, Any] = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
    return document
