"""Another embedding model or chunk size: its index is built beside the old one, then taken.

Until it is complete it is a library of its own, in a folder `index-…` of this one, kept together as
any other (`stores.py`): killed, it heals, and the next run goes on where it stopped, whatever was
added or removed meanwhile. Then one transaction of the catalogue takes its passages over and names
its folders; before that the old index answers, after that the new one.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from paperqa.errors import IndexDamaged, LibraryDamaged
from paperqa.index.ingest import BATCH, Progress
from paperqa.index.rows import EmbeddedPassage
from paperqa.index.schema import connect, translated
from paperqa.index.stores import Stores, batches
from paperqa.models.scale import Scale
from paperqa.types import Paper

Embed = Callable[[Sequence[Paper]], list[tuple[Paper, list[EmbeddedPassage]]]]


def switch(
    stores: Stores,
    fingerprint: str,
    scale: Callable[[], Scale],
    embed: Embed,
    progress: Progress,
) -> None:
    """Index every paper anew and switch to that; the caller holds `stores.writing()`."""
    folder = _place(stores, fingerprint)

    def build() -> None:
        beside = Stores(folder)
        try:
            with beside.writing():
                beside.claim(fingerprint, scale)
                _fill(stores, beside, embed, progress)
        finally:
            beside.close()

    try:
        build()
    except (IndexDamaged, LibraryDamaged):  # what an earlier run left can't be used
        shutil.rmtree(folder, ignore_errors=True)
        build()
    _take(stores.catalogue.path, folder)
    stores.reopen()
    for left in (*folder.glob("catalogue.db*"), folder / "write.lock"):
        left.unlink(missing_ok=True)
    sweep(stores)


def _place(stores: Stores, fingerprint: str) -> Path:
    """Where the index is built; the same place for the same settings, unless it is in use."""
    place = stores.folder / f"index-{sha256(fingerprint.encode()).hexdigest()[:12]}"
    used = {stores.dense.folder.parent, stores.lexical.folder.parent}
    return place.with_name(f"{place.name}-2") if place in used else place


def sweep(stores: Stores) -> None:
    """Delete what a repair that was killed, or given up, has left behind."""
    used = (stores.dense.folder, stores.lexical.folder)
    for name in ("dense*", "lexical-*", "index-*"):
        for path in stores.folder.glob(name):
            if not any(path in (folder, *folder.parents) for folder in used):
                shutil.rmtree(path, ignore_errors=True)


def _fill(stores: Stores, beside: Stores, embed: Embed, progress: Progress) -> None:
    """Bring what is built beside to the papers as they are now."""
    waiting, gone = _differences(stores.catalogue.path, beside.catalogue.path)
    beside.remove(gone)
    total = stores.catalogue.count()
    done = total - len(waiting)
    progress(done, total)
    for batch in batches(waiting, BATCH):
        held = beside.catalogue.papers_by_id(batch)
        embedded = embed(list(stores.catalogue.papers_by_id(batch).values()))
        with beside.catalogue.transaction():
            for paper, passages in embedded:
                beside.catalogue.put_paper(paper)
                beside.catalogue.put_passages(paper.id, passages)
        beside.sync(batch, new=frozenset(batch) - held.keys())
        done += len(batch)
        progress(done, total)


def _differences(catalogue: Path, beside: Path) -> tuple[list[str], list[str]]:
    """The papers that aren't built yet, or were from another text; and those that are no more."""
    with _both(catalogue, beside) as db:
        waiting = db.execute(
            "SELECT id FROM papers WHERE NOT EXISTS (SELECT 1 FROM beside.papers AS built "
            "WHERE built.id = papers.id AND built.title = papers.title "
            "AND built.text = papers.text) ORDER BY papers.rowid"
        ).fetchall()
        gone = db.execute("SELECT id FROM beside.papers EXCEPT SELECT id FROM papers").fetchall()
    return [str(row[0]) for row in waiting], [str(row[0]) for row in gone]


def _take(catalogue: Path, folder: Path) -> None:
    """Make the index in `folder` the library's, all or nothing."""
    with _both(catalogue, folder / "catalogue.db") as db:
        told = dict(db.execute("SELECT key, value FROM beside.meta").fetchall())
        generation = db.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0]
        now = {
            "fingerprint": told["fingerprint"],
            "scale": told["scale"],
            "dense": f"{folder.name}/{told.get('dense', 'dense')}",
            "dense_files": told.get("dense_files", json.dumps({})),
            "lexical": folder.name,
            "generation": str(int(generation) + 1),
        }
        db.execute("BEGIN IMMEDIATE")
        db.execute("DELETE FROM passages")
        db.execute("INSERT INTO passages SELECT * FROM beside.passages ORDER BY rowid")
        db.execute("DELETE FROM pending")
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", now.items())
        db.execute("COMMIT")


@contextmanager
def _both(catalogue: Path, beside: Path) -> Iterator[sqlite3.Connection]:
    with translated(catalogue), closing(connect(catalogue)) as db:
        db.execute("ATTACH ? AS beside", (str(beside),))
        yield db
