"""What the benchmarks share: data, the rival, timing and tables."""

from __future__ import annotations

import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

os.environ["HF_HUB_OFFLINE"] = "1"

import sentencex
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document, TextNode
from rich import box
from rich.console import Console
from rich.table import Table

from paperqa.types import Paper

T = TypeVar("T")


def seeds() -> Path:
    """The folder of listing pages: the first argument, else PAPERQA_SEEDS."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PAPERQA_SEEDS")
    if not given:
        sys.exit("name the folder of listing pages as an argument, or set PAPERQA_SEEDS to it")
    folder = Path(given)
    if not any(folder.glob("*.txt")):
        sys.exit(f"{folder}: no listing page (*.txt) is there; check the folder")
    return folder


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    """How long `work` takes, and what it gives."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def alternate(repeats: int, *works: Callable[[], T]) -> list[list[T]]:
    """What each of `works` gives, in turns, so that a noisy spell hits all alike."""
    rounds = [[work() for work in works] for _ in range(repeats)]
    return [list(column) for column in zip(*rounds, strict=True)]


@contextmanager
def quiet_check() -> Iterator[None]:
    """Say afterwards how much of the processor other processes took (Linux only)."""
    stat = Path("/proc/stat")
    ticks = os.sysconf("SC_CLK_TCK")

    def spent() -> tuple[float, float]:
        fields = [int(field) for field in stat.read_text().split("\n")[0].split()[1:9]]
        return (sum(fields) - fields[3] - fields[4]) / ticks, sum(fields) / ticks

    before = spent() if stat.exists() else None
    own = sum(os.times()[:4])
    yield
    if before is not None:
        busy, whole = (now - then for now, then in zip(spent(), before, strict=True))
        share = max(0.0, busy - (sum(os.times()[:4]) - own)) / whole
        print(f"other processes took {share:.0%} of the processor; over 5 %, measure again")


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of all values don't exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def verdict(value: float, goal: float, *, at_least: bool = False) -> str:
    """Whether `value` reaches its goal: under it, or not under it where `at_least`."""
    met = value >= goal if at_least else value < goal
    return f"{'≥' if at_least else '<'} {goal:g}: {'met' if met else 'MISSED'}"


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A small table; figures with three digits that count."""
    grid = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(headings):
        grid.add_column(heading, justify="right" if i else "left", no_wrap=bool(i))
    for row in rows:
        grid.add_row(*(_cell(value) for value in row))
    Console(width=110).print(grid)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return "–" if value is None else str(value)


@contextmanager
def llama_index(folder: Path) -> Iterator[StorageContext]:
    """An empty Chroma collection on disk as LlamaIndex's quick start makes it."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    store = ChromaVectorStore(chroma_collection=client.create_collection("papers"))
    try:
        yield StorageContext.from_defaults(vector_store=store)
    finally:
        client.close()


def index_papers(
    papers: Sequence[Paper], storage: StorageContext, model: BaseEmbedding
) -> VectorStoreIndex:
    """Plain LlamaIndex: one document a paper, its own splitter (without NLTK), its own index."""
    splitter = SentenceSplitter(
        chunk_size=512,
        chunk_overlap=0,
        chunking_tokenizer_fn=lambda text: list(sentencex.segment("en", text)),
    )
    return VectorStoreIndex.from_documents(
        [Document(text=f"{paper.title}. {paper.text}") for paper in papers],
        storage_context=storage,
        embed_model=model,
        transformations=[splitter],
    )


def index_texts(
    texts: Sequence[str], storage: StorageContext, model: BaseEmbedding
) -> VectorStoreIndex:
    """Plain LlamaIndex with the cutting done: a node for each text."""
    nodes = [TextNode(text=text) for text in texts]
    return VectorStoreIndex(nodes=nodes, storage_context=storage, embed_model=model)
