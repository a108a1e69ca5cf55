"""The index: what leads from a code, a name or any two characters of one to a page.

It learns only what the store says is pending, commits, and then lets the store forget that it was pending. A crash
before the commit leaves everything pending; one after it makes the index learn the same twice, which changes nothing.
"""

from __future__ import annotations

from pathlib import Path

import tantivy

from goodstanding import publicstore as layout
from goodstanding.publicstore import Json
from goodstanding.publish.store import PublicWriter

_HEAP_BYTES = 64_000_000


def update_index(public: Path, store: PublicWriter, anew: bool = False) -> int:
    """Teach the index everything pending, in one commit, and return how many entities that were.

    Args:
        public: The public folder.
        store: Its store.
        anew: Forget all the index knew; everything in the store is pending. A missing index is built anew in any case.
    """
    folder = layout.search_folder(public)
    folder.mkdir(parents=True, exist_ok=True)
    if tantivy.Index.exists(str(folder)):
        index = tantivy.Index.open(str(folder))
    else:
        index = tantivy.Index(layout.search_schema(), str(folder))
        store.relearn()
    learned: list[str] = []
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    if anew:
        writer.delete_all_documents()
    for entity_id, record in store.pending():
        if not anew:
            writer.delete_documents_by_term("id", entity_id)
        if record is not None:
            writer.add_document(_document(record))
        learned.append(entity_id)
    if learned or anew:
        writer.commit()
        store.learned(learned)
    writer.wait_merging_threads()
    return len(learned)


def _document(record: Json) -> tantivy.Document:
    runs = [run for name in record["names"] for run in layout.runs(name)]
    return tantivy.Document(
        id=record["id"],
        code=layout.plain_code(record["code"]),
        name=" ".join(gram for run in runs for gram in layout.bigrams(run)),
        word=" ".join(runs),
        whole=[layout.normalised(name) for name in record["names"]],
        status=record["status"],
        region=record["region"],
        sector=record["sector"],
        subject_type=record["subject_type"],
    )
