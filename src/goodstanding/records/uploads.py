"""Evidence handed in as files: kept outside every web root under the digest of its bytes, and listed by whose it is.

Rules kept here:
- A file belongs to one business. Nobody but that business and the office reads it; the same bytes of another business
  are another entry of the list.
- The bytes are on disk before the list names them, and what the list names is proven by its digest whenever it is read.
- Evidence in a case names a file by its digest; the case is append-only, so the file is never removed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from goodstanding.core.errors import UploadHarmed, UploadRefused, UploadUnknown
from goodstanding.home import Home
from goodstanding.records.evidence_file import type_of
from goodstanding.records.models import Upload

FOLDER = "uploads"
MOST_OF_A_BUSINESS = 200
NAMED = re.compile(r"sha256:([0-9a-f]{64})")
"""How evidence names a file."""


def keep(home: Home, entity_id: str, name: str, content: bytes, who: str, now: datetime) -> str:
    """Keep a file of a business, and return how evidence names it.

    Args:
        name: As its owner calls it; shown to the owner and the office, used for nothing.
        who: The account that hands it in.
    Raises:
        UploadRefused: It may not be kept, or the business has handed in too many; nothing was written.
    """
    kind = type_of(content)
    digest = hashlib.sha256(content).hexdigest()
    if Upload.objects.filter(entity_id=entity_id, digest=digest).exists():
        return f"sha256:{digest}"
    if Upload.objects.filter(entity_id=entity_id).count() >= MOST_OF_A_BUSINESS:
        raise UploadRefused(
            asked="To keep a file as evidence.",
            found=f"{MOST_OF_A_BUSINESS} files are kept of this business.",
            wants=f"At most {MOST_OF_A_BUSINESS}.",
            next_step="Name a file handed in before, or bring the papers to the counter.",
        )
    _write(home.folder(FOLDER) / digest, content)
    Upload.objects.create(
        digest=digest,
        entity_id=entity_id,
        name=clean(name),
        media_type=kind.media_type,
        size=len(content),
        sent_by=who,
        sent_at=now,
    )
    return f"sha256:{digest}"


def read(home: Home, entity_id: str, digest: str) -> tuple[Upload, bytes]:
    """Return a file of a business with its bytes.

    Raises:
        UploadUnknown: This business handed in no such file.
        UploadHarmed: The bytes are not those that were handed in.
    """
    found = Upload.objects.filter(entity_id=entity_id, digest=digest).first()
    if found is None:
        raise UploadUnknown(
            asked=f"The file {digest}.",
            found="This business handed in no file of that digest.",
            wants="The digest of one of its files, in hex.",
            next_step="Follow the link on the page of the case.",
        )
    path = home.folder(FOLDER) / digest
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise UploadHarmed(
            asked=f"The file {digest}.",
            found="It is gone, or its bytes are others.",
            wants="The bytes that were handed in.",
            next_step="Stop, keep the folder of uploads as it is, and compare it with a backup.",
        )
    return found, content


def named_in(evidence: Iterable[str]) -> list[str]:
    """Return the digests of the files that some evidence names."""
    return [digest for text in evidence for digest in NAMED.findall(text)]


def uploads_of(entity_id: str, digests: Iterable[str]) -> dict[str, Upload]:
    """Return those of a business's files that are named, by digest."""
    found = Upload.objects.filter(entity_id=entity_id, digest__in=list(digests))
    return {one.digest: one for one in found}


def clean(name: str) -> str:
    """Return a name as it may be shown: the last part alone, without control marks, at most 100 characters."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(mark for mark in last if mark.isprintable())[:100].strip() or "file"


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
