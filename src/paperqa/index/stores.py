"""Keeps the three stores together: every change goes to the catalogue first, then to the indexes.

A change and the note that the indexes must follow (`pending`) are one transaction. A crash at any
point therefore leaves either no change, or a note from which the next writer heals. Readers take
from the indexes only what the catalogue confirms, and reopen them when `generation` has moved.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from paperqa.errors import IndexDamaged, IndexMismatch, LibraryLocked
from paperqa.index.catalogue import Catalogue
from paperqa.index.dense import DenseIndex
from paperqa.index.health import difference
from paperqa.index.lexical import VERSION as LEXICAL_VERSION
from paperqa.index.lexical import LexicalIndex
from paperqa.index.rows import EmbeddedPassage
from paperqa.index.schema import translated
from paperqa.models.scale import Scale
from paperqa.types import Paper, Where

_LOCK_WAIT = 3.0  # seconds that a writer waits for another
_REBUILD_BATCH = 1000  # passages
_FILTERS = 4  # whose passages' vectors are kept


class Stores:
    """Catalogue, dense and lexical index of one library folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        catalogue_path = folder / "catalogue.db"
        with translated(catalogue_path):
            folder.mkdir(parents=True, exist_ok=True)
        self.catalogue = Catalogue(catalogue_path)
        self._file_lock = FileLock(folder / "write.lock", thread_local=False)
        self._write_lock = threading.RLock()
        self._reopen_lock = threading.Lock()
        self._passages_where = lru_cache(_FILTERS)(lambda where, _: self.catalogue.vectors(where))
        self._share = lru_cache(_FILTERS)(lambda where, _: self.catalogue.share(where))
        self._open_indexes()

    def _open_indexes(self) -> None:
        self.dense = self._dense_index(self.catalogue.meta("dense") or "dense")
        words = self.folder / (self.catalogue.meta("lexical") or ".")
        self.lexical = LexicalIndex(words / f"lexical-{LEXICAL_VERSION}")
        self.scale = Scale.parse(self.catalogue.meta("scale"))
        self._generation = self.catalogue.meta("generation")
        self._checked: str | None = None

    def _dense_index(self, name: str) -> DenseIndex:
        fingerprint = self.catalogue.meta("fingerprint") or "none"
        collection = f"passages-{sha256(fingerprint.encode()).hexdigest()[:12]}"
        return DenseIndex(self.folder / name, collection)

    def close(self) -> None:
        """Let go of all files."""
        self.dense.reopen()
        self.lexical.reopen()
        self.catalogue.close()

    # --- reading -----------------------------------------------------------------------------

    def refresh(self) -> None:
        """Notice what another process wrote; called before each search.

        Raises `IndexDamaged` when an index doesn't hold as many passages as the catalogue.
        """
        with self._reopen_lock:
            generation = self.catalogue.meta("generation")
            if generation != self._generation:
                self.dense.reopen()
                self.lexical.reopen()
                self._open_indexes()
            if generation != self._checked and self.catalogue.is_empty("pending"):
                if not self.catalogue.is_empty("passages"):
                    self._check_indexes()
                self._checked = generation

    def _check_indexes(self) -> None:
        try:
            problem = difference(self)
        except IndexDamaged as error:
            problem = error
        # Another process may be writing: only a difference that stays is damage.
        if (
            problem is not None
            and self.catalogue.is_empty("pending")
            and self.catalogue.meta("generation") == self._generation
        ):
            raise problem

    def share(self, where: Where) -> float:
        """How much of the papers a filter lets through, from 0 to 1."""
        return self._share(where, self._generation)

    def passages_where(self, where: Where) -> tuple[list[str], np.ndarray]:
        """Ids and vectors, float32 (ids, dimensions), of the passages of the papers that fit.

        Kept for the next question, which mostly comes with the same filter.
        """
        return self._passages_where(where, self._generation)

    def check_fingerprint(self, fingerprint: str) -> None:
        """Raises `IndexMismatch` unless the library was indexed just so, or is empty."""
        stored = self.catalogue.meta("fingerprint")
        if stored not in (None, fingerprint) and not self.catalogue.is_empty():
            raise IndexMismatch(
                f"the library {self.folder} was indexed with {stored}, the settings say "
                f"{fingerprint}; set them back, or run `paperqa repair` to build that index "
                "beside this one and switch to it"
            )

    # --- writing -----------------------------------------------------------------------------

    @contextmanager
    def writing(self, *, repairing: bool = False, wait: float = _LOCK_WAIT) -> Iterator[None]:
        """Be the only writer, of all processes and threads; heals what a crash left behind.

        Raises `LibraryLocked` when another process writes for longer than `wait` seconds, and
        `IndexDamaged` unless `repairing`.
        """
        with self._write_lock:
            with translated(self.folder / "write.lock"):
                try:
                    self._file_lock.acquire(timeout=wait)
                except Timeout:  # an OSError
                    raise LibraryLocked(
                        f"another process is writing to the library {self.folder}; "
                        "try again when it is done"
                    ) from None
            try:
                if not repairing:
                    for batch in batches(self.catalogue.pending(), _REBUILD_BATCH):
                        self.sync(batch)
                    self.refresh()
                yield
            finally:
                self.lexical.release()
                self._file_lock.release()

    def heal(self) -> None:
        """Finish what a crash left behind, unless another process is at it."""
        if not self.catalogue.is_empty("pending"):
            try:
                with self.writing(wait=0):
                    pass
            except (LibraryLocked, IndexDamaged):
                return

    def claim(self, fingerprint: str, scale: Callable[[], Scale]) -> None:
        """Note what an empty library is going to be indexed with, and its model's scale."""
        if self.catalogue.meta("fingerprint") != fingerprint:
            measured = scale()
            with self.catalogue.transaction():
                self.catalogue.set_meta("fingerprint", fingerprint)
                self.catalogue.set_meta("scale", str(measured))
            self._open_indexes()
            # Made while nobody looks for them: Chroma can't be made by two processes at once.
            self.dense.count()
            self.lexical.count()

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Take papers out of all stores; how many there were."""
        present = list(self.catalogue.papers_by_id(paper_ids))
        with self.catalogue.transaction():
            self.catalogue.delete_papers(present)
        self.sync(present)
        return len(present)

    def sync(self, paper_ids: Sequence[str], new: frozenset[str] = frozenset()) -> None:
        """Bring both indexes to what the catalogue says of these papers; `new` ones aren't in."""
        if not paper_ids:
            return
        held: dict[str, list[tuple[Paper, EmbeddedPassage]]] = {id_: [] for id_ in paper_ids}
        for paper, item in self.catalogue.passages(self.catalogue.passage_ids(paper_ids)).values():
            held[paper.id].append((paper, item))
        fresh = [(paper, item) for id_ in held if id_ in new for paper, item in held[id_]]
        self.dense.add([(i.passage.id, p.id) for p, i in fresh], [i.vector for _, i in fresh])
        for id_, rows in held.items():
            if id_ not in new:
                self.dense.put(id_, [i.passage.id for _, i in rows], [i.vector for _, i in rows])
            title = rows[0][0].title if rows else ""
            self.lexical.put(id_, title, [(i.passage.id, i.passage.text) for _, i in rows])
        self.lexical.commit()
        self._settle(paper_ids)

    def reopen(self) -> None:
        """Open the indexes that the catalogue names now, and delete the ones before."""
        old = self.dense, self.lexical
        with self._reopen_lock:
            self._open_indexes()
        for index in old:
            index.clear()

    def rebuild(self, progress: Callable[[int, int], None]) -> None:
        """Make both indexes anew from the catalogue's own vectors.

        Vectors go to a new folder, and the old one serves until they are complete.
        """
        ids, done = self.catalogue.passage_ids(), 0
        old, name = self.dense, f"dense-{int(self.catalogue.meta('generation') or 0) + 1}"
        self.dense = self._dense_index(name)
        self.dense.clear()  # what a repair left that was killed here
        for batch in batches(ids, _REBUILD_BATCH):
            rows = self.catalogue.passages(batch)
            self.dense.add(
                [(id_, paper.id) for id_, (paper, _) in rows.items()],
                [item.vector for _, item in rows.values()],
            )
            done += len(batch)
            progress(done, len(ids))
        self.lexical.clear()
        for batch in batches([paper.id for paper in self.catalogue.papers()], _REBUILD_BATCH):
            for paper, items in self._by_paper(batch):
                self.lexical.put(paper.id, paper.title, items)
        self.lexical.commit()
        self._settle(self.catalogue.pending())
        old.clear()

    def _settle(self, paper_ids: Sequence[str]) -> None:
        """Note that the indexes have followed; threads that search here needn't reopen them."""
        with self._reopen_lock, self.catalogue.transaction():
            self.catalogue.clear_pending(paper_ids)
            self.catalogue.set_meta("dense", str(self.dense.folder.relative_to(self.folder)))
            self.catalogue.set_meta("dense_files", json.dumps(self.dense.files()))
            self._generation = self._checked = str(self.catalogue.next_generation())

    def _by_paper(self, ids: Sequence[str]) -> Iterator[tuple[Paper, list[tuple[str, str]]]]:
        papers: dict[str, tuple[Paper, list[tuple[str, str]]]] = {}
        for paper, item in self.catalogue.passages(self.catalogue.passage_ids(ids)).values():
            papers.setdefault(paper.id, (paper, []))[1].append((item.passage.id, item.passage.text))
        yield from papers.values()


def batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    """The items in order, so many at a time."""
    rows = list(items)
    for i in range(0, len(rows), size):
        yield rows[i : i + size]
