"""How files come in: no more bytes of one request are kept than evidence may have, whoever sends them."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from goodstanding.core.errors import UploadRefused
from goodstanding.records.evidence_file import MOST_BYTES

MOST_OF_A_REQUEST = 3 * MOST_BYTES
_OVER = "goodstanding.upload_over"


class Limit(FileUploadHandler):
    """Drop files once a request has sent more than it may; the form is read before anybody is asked who sends it."""

    sent = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.sent += len(raw_data)
        if start + len(raw_data) > MOST_BYTES or self.sent > MOST_OF_A_REQUEST:
            if self.request is not None:
                self.request.META[_OVER] = "yes"
            raise SkipFile
        return raw_data

    def file_complete(self, _size: int) -> Any:
        return None  # the next handler has it


def files_of(request: HttpRequest, name: str) -> list[UploadedFile]:
    """Return the files of one field of a form.

    Raises:
        UploadRefused: The request sent more than it may; some of its files were dropped.
    """
    if request.META.get(_OVER):
        raise UploadRefused(
            asked="To keep files as evidence.",
            found="A file, or all of them together, is too large.",
            wants=f"At most {MOST_BYTES // 1024 // 1024} MB a file and {MOST_OF_A_REQUEST // 1024 // 1024} MB at once.",
            next_step="Send smaller files, or one after another by keeping a draft.",
        )
    return list(request.FILES.getlist(name))
