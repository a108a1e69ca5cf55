"""Previews kept for the office: computed by the command line, which has the time, and only read by a page.

Rules kept here:
- A page computes nothing: a preview passes every business twice, which no request may wait for.
- What is kept are counts, as `goodstanding.core.preview_told.as_json` writes them. Who would move is not in them.
- The same variant asked on the same day and scale replaces what was kept of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from goodstanding.core.errors import PreviewMissing
from goodstanding.core.preview import Preview
from goodstanding.core.preview_told import as_json
from goodstanding.home import Home

FOLDER = "previews"
AT_MOST = 50
"""Kept previews a page lists, those of the latest days."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept preview.

    Args:
        key: Its file's name without the ending.
        told: What `goodstanding.core.preview_told.as_json` gave, and under ``name`` what the variant was called.
    """

    key: str
    told: dict[str, Any]


def keep_preview(home: Home, found: Preview, name: str) -> str:
    """Keep a preview for the office, whole or not at all, and return its key.

    Args:
        name: What the variant was called by whoever asked: the name of its folder.
    """
    key = f"{found.as_of}-{found.scale}-{found.variant[:12]}"
    path = home.folder(FOLDER) / f"{key}.json"
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps({"name": name} | as_json(found), default=str), encoding="utf-8")
    beside.replace(path)
    return key


def kept_previews(home: Home) -> list[Kept]:
    """Return the previews kept of the latest days, the latest first."""
    keys = sorted((path.stem for path in home.folder(FOLDER).glob("*.json")), reverse=True)
    return [kept_preview(home, key) for key in keys[:AT_MOST]]


def kept_preview(home: Home, key: str) -> Kept:
    """Return one kept preview.

    Raises:
        PreviewMissing: None is kept under that key.
    """
    # The key comes from an address: it is looked for among the names there are, and never made into a path.
    for path in home.folder(FOLDER).glob("*.json"):
        if path.stem == key:
            return Kept(key, json.loads(path.read_text(encoding="utf-8")))
    raise PreviewMissing(
        asked=f"The preview {key}.",
        found="None is kept under that name.",
        wants="A preview that was made with `goodstanding preview --keep`.",
        next_step="Choose one of the list of previews.",
    )
