"""Passage vectors in Chroma, used through LlamaIndex's vector store interface.

`STORES` names the vector stores: each opens a folder and gives a LlamaIndex vector store, a
functions for what LlamaIndex's interface leaves out. To add a store, write such a function and
give it a line. Nodes carry ids only: the text is kept once, in the catalogue.
"""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, cast

import numpy as np
from filelock import FileLock

from paperqa.errors import IndexDamaged
from paperqa.index.schema import disk_full, forbidden, is_full

if TYPE_CHECKING:
    from llama_index.core.vector_stores.types import BasePydanticVectorStore


@dataclass(frozen=True, slots=True)
class OpenStore:
    """An open vector store and the things that LlamaIndex's interface leaves out."""

    store: BasePydanticVectorStore
    nearest: Callable[[np.ndarray, int], list[str]]
    ids: Callable[[], list[str]]
    count: Callable[[], int]
    vectors: Callable[[list[str]], Mapping[str, Sequence[float]]]
    close: Callable[[], None]


def open_chroma(folder: Path, collection_name: str) -> OpenStore:
    """A Chroma collection on disk, cosine distance, no telemetry, no embedding model of its own."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    settings = Settings(anonymized_telemetry=False)
    try:
        client = chromadb.PersistentClient(str(folder), settings=settings)
    except BaseException:
        forget_chroma(folder)
        raise
    collection = client.get_or_create_collection(
        collection_name,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}},
    )

    def nearest(vector: np.ndarray, k: int) -> list[str]:
        # The store's own `query` makes a node of each row, which takes as long as the search.
        return list(collection.query([vector], n_results=k, include=[])["ids"][0])

    def vectors(ids: list[str]) -> Mapping[str, Sequence[float]]:
        held = collection.get(ids=ids, include=["embeddings"])
        embeddings = cast(Sequence[Sequence[float]], held["embeddings"])
        return dict(zip(held["ids"], embeddings, strict=True))

    return OpenStore(
        ChromaVectorStore(chroma_collection=collection),
        nearest,
        lambda: list(collection.get(include=[])["ids"]),
        collection.count,
        vectors,
        client.close,  # type: ignore[attr-defined]  # Client has it, its interface does not
    )


def forget_chroma(folder: Path) -> None:
    """Chroma shares a client between all users of a folder, also a broken one; drop that."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient._identifier_to_system.pop(str(folder), None)


STORES: dict[str, Callable[[Path, str], OpenStore]] = {"chroma": open_chroma}


class DenseIndex:
    """Nearest passages by cosine. Safe to use from several threads."""

    def __init__(self, folder: Path, collection: str, store: str = "chroma") -> None:
        self.folder = folder
        self._collection = collection
        self._store = store
        self._lock = threading.RLock()
        # Chroma writes its graph in whichever process asks next; two at once take both down.
        self._process_lock = FileLock(folder.parent / "vectors.lock", thread_local=False)
        self._open: OpenStore | None = None

    def search(self, vector: np.ndarray, k: int) -> list[str]:
        """The ids of the `k` nearest passages, nearest first; `vector` is float32 (dimensions,)."""
        with self._guard() as opened:
            return opened.nearest(vector, k)

    def put(self, paper_id: str, ids: Sequence[str], vectors: Sequence[np.ndarray]) -> None:
        """Replace the passages of a paper."""
        with self._guard() as opened:
            opened.store.delete(paper_id)
        self.add([(id_, paper_id) for id_ in ids], vectors)

    def add(self, ids: Sequence[tuple[str, str]], vectors: Sequence[np.ndarray]) -> None:
        """Add passages that aren't there yet, as (passage id, paper id)."""
        from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

        nodes = [
            TextNode(
                id_=id_,
                text="",
                embedding=vector.tolist(),
                relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=paper_id)},
            )
            for (id_, paper_id), vector in zip(ids, vectors, strict=True)
        ]
        if nodes:
            with self._guard() as opened, undisturbed():
                opened.store.add(nodes)

    def ids(self) -> list[str]:
        """The ids of all passages."""
        with self._guard() as opened:
            return opened.ids()

    def count(self) -> int:
        """How many passages there are."""
        with self._guard() as opened:
            return opened.count()

    def vectors(self, ids: list[str]) -> Mapping[str, Sequence[float]]:
        """The vectors of those of these passages that are here."""
        with self._guard() as opened:
            return opened.vectors(ids)

    def files(self) -> dict[str, int]:
        """The store's files and their sizes, without those that look after themselves."""
        return {
            str(file.relative_to(self.folder)): file.stat().st_size
            for file in self.folder.rglob("*")
            if file.is_file() and ".sqlite3" not in file.name
        }

    def reopen(self) -> None:
        """Let go of the files, so that the next use sees what another process wrote."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    def clear(self) -> None:
        """Delete everything, readable or not."""
        with self._lock:
            self.reopen()
            forget_chroma(self.folder)
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _guard(self) -> Iterator[OpenStore]:
        with self._lock, damage_reported(self.folder, "vector"), self._process_lock:
            if self._open is None:
                self._open = STORES[self._store](self.folder, self._collection)
            yield self._open


@contextmanager
def undisturbed() -> Iterator[None]:
    """Holds a Ctrl-C back until the end.

    pydantic, by which LlamaIndex writes nodes, makes an error of its own of one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[tuple[int, FrameType | None]] = []
    before = signal.signal(signal.SIGINT, lambda *given: pressed.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed and callable(before):
        before(*pressed[0])


@contextmanager
def damage_reported(folder: Path, kind: str) -> Iterator[None]:
    """Any failure of an index is said in one sentence; the catalogue can rebuild it."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # Rust panics derive from BaseException
        said = str(error).lower()
        if "disk is full" in said or "no space left" in said or is_full(folder):
            raise disk_full(folder) from error
        if "readonly" in said or "permission" in said:
            raise forbidden(folder) from error
        raise IndexDamaged(
            f"the {kind} index in {folder} is damaged ({_short(error)}); run `paperqa repair` to "
            "rebuild it from the catalogue"
        ) from error


def _short(error: BaseException) -> str:
    lines: Iterable[str] = str(error).strip().splitlines() or [type(error).__name__]
    return next(iter(lines))[:120]
