"""Runs paperqa in processes of its own, so that tests can kill, block and outrun them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from paperqa import Library
from paperqa.index import ingest
from paperqa.index.catalogue import Catalogue
from paperqa.index.dense import DenseIndex
from paperqa.index.lexical import LexicalIndex
from paperqa.passages import count_tokens

BOUNDARIES = (
    (Catalogue, "_execute"),
    (Catalogue, "clear_pending"),
    (DenseIndex, "add"),
    (DenseIndex, "put"),
    (DenseIndex, "clear"),
    (LexicalIndex, "put"),
    (LexicalIndex, "commit"),
    (LexicalIndex, "clear"),
    (LexicalIndex, "release"),
    (os, "unlink"),
)


class Words(BaseEmbedding):
    """Words counted in 16 bins: deterministic, and like texts have like vectors."""

    _texts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, name: str = "words-16") -> None:
        super().__init__(model_name=name)

    @property
    def texts(self) -> list[str]:
        """What was embedded so far, questions left out."""
        return self._texts

    def _get_text_embedding(self, text: str) -> list[float]:
        self._texts.append(text)
        return self._get_query_embedding(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        vector = np.zeros(16)
        for word in query.lower().split():
            vector[hashlib.sha256(word.encode()).digest()[0] % 16] += 1
        return vector.tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def write_papers(file: Path, names: Iterable[str], abstract: str = "It is about tides.") -> Path:
    """A JSONL file of one paper a name; paper `x` has the id `doi:10.1234/x`."""
    rows = (
        {"doi": f"10.1234/{name}", "title": f"Harbour {name}", "abstract": f"{name}. {abstract}"}
        for name in names
    )
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def ids(names: Iterable[str]) -> set[str]:
    """The ids of the papers that `write_papers` writes."""
    return {f"doi:10.1234/{name}" for name in names}


def arm(boundary: int) -> Callable[[], int]:
    """Kill this process at the `boundary`th step between the stores; gives their count so far."""
    count = 0

    def wrap(owner: object, name: str) -> None:
        original = getattr(owner, name)

        def step(*args: object, **kwargs: object) -> object:
            nonlocal count
            count += 1
            if count == boundary:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)

        setattr(owner, name, step)

    for owner, name in BOUNDARIES:
        wrap(owner, name)
    return lambda: count


def act(verb: str, folder: Path, arguments: list[str]) -> None:
    """`add` files, `remove` papers, or `repair`, in batches of two papers."""
    ingest.BATCH = 2
    model = Words("words-16-b" if verb == "reembed" else "words-16")
    with Library(folder, embedding=model) as library:
        if verb == "add":
            library.add(*arguments)
        elif verb == "remove":
            library.remove(*arguments)
        else:
            library.repair()


def kills(verb: str, before: Path, work: Path, points: list[str], arguments: list[str]) -> None:
    """For each point, copy the library `before` to `work`/point, and kill an action on the copy.

    A point counts boundaries (0 never kills) or, with an `s`, is a time in seconds.
    """
    for point in points:
        folder = shutil.copytree(before, work / point)
        child = os.fork()
        if not child:
            steps = arm(0 if point.endswith("s") else int(point))
            start = time.perf_counter()
            act(verb, folder, arguments)
            print(json.dumps([steps(), time.perf_counter() - start]), flush=True)
            os._exit(0)
        if point.endswith("s"):
            time.sleep(float(point[:-1]))
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def preload() -> None:
    """Import what adding needs, once for all forks; nothing that starts a thread."""
    import chromadb.api.rust  # noqa: F401
    import llama_index.vector_stores.chroma  # noqa: F401

    count_tokens("")


if __name__ == "__main__":
    preload()
    verb = sys.argv[1]
    cut = sys.argv.index("--")
    kills(verb, Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:cut], sys.argv[cut + 1 :])
