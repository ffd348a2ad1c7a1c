"""How indexing, searching, opening and adding grow with the number of papers, up to 120,000.

    .venv/bin/python benchmarks/scale.py /path/to/bench [--sizes 5000 10000 ...] [--keep FOLDER]

The papers are arXiv's (`arxiv_40k.jsonl.gz`) and, beyond 40,000, copies of them with the words of
each sentence shuffled. Years and organisations are made up, for filters to choose from.
Vectors are potion's, stretched to MiniLM's 384 dimensions, those of words are drawn by lot: size
and time are MiniLM's, and 120,000 papers are indexed in minutes. A question is embedded by MiniLM
all the same, for its time.

Every measurement is a process of its own, so that memory is its own. The rival is bare Chroma on
the same vectors, with the year as metadata where a filter is measured.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from common import median, percentile, quiet_check, seconds
from growth import plot, report
from paperqa import Library
from paperqa.models.artefacts import locate
from paperqa.models.embedding import embed_query, load_embedding, unit
from paperqa.models.onnx import Words
from paperqa.models.static import StaticEmbedding
from paperqa.papers import paper_id
from paperqa.settings import load_settings
from paperqa.types import Where

SIZES = (5_000, 10_000, 20_000, 40_000, 80_000, 120_000)
QUESTIONS = 150
DIMENSIONS = 384
FILTERS = {
    "no filter": Where(),
    "one year (1 in 12)": Where(years=(2021, 2021)),
    "since 2020 (7 in 12)": Where(years=(2020, 2026)),
    "organisation (1 in 200)": Where(organization="Institute 17 "),
}
FORMS = (
    "How does {} work?",
    "What does the paper on {} find?",
    "Which papers are about {}?",
    "What accuracy does {} reach?",
)


class Stretched(BaseEmbedding):
    """potion's vectors with some dimensions twice; questions take MiniLM's time as well."""

    _potion: Any = PrivateAttr()
    _minilm: Any = PrivateAttr()
    _words: Any = PrivateAttr()

    def __init__(self, minilm: BaseEmbedding) -> None:
        super().__init__(model_name="potion-base-8M, stretched")
        models = load_settings(llm="none").models
        self._potion = StaticEmbedding(*locate(models, "potion"), "potion-base-8M")
        self._minilm = minilm
        self._words = np.random.default_rng(0).normal(size=(4096, DIMENSIONS)).astype(np.float32)

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit vectors: float32, (len(texts), 384)."""
        vectors = self._potion.encode(texts)
        return unit(np.hstack([vectors, vectors[:, : DIMENSIONS - vectors.shape[1]]]))

    def encode_with_words(self, texts: list[str]) -> tuple[np.ndarray, tuple[Words, ...]]:
        """As `encode`, and each text's words."""
        words = [tuple(re.findall(r"\w+", text)) for text in texts]
        rows = [[crc32(word.encode()) % len(self._words) for word in some] for some in words]
        return self.encode(texts), tuple(map(Words, words, map(self._words.__getitem__, rows)))

    def query_with_words(self, question: str) -> tuple[np.ndarray, Words]:
        """The vector of a question, and MiniLM's of its words."""
        return self.encode([question])[0], self._minilm.query_with_words(question)[1]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.encode([text])[0].tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        self._minilm.get_query_embedding(query)
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def papers(bench: Path) -> Iterator[dict[str, Any]]:
    """arXiv's papers, then endless variants of them."""
    with gzip.open(bench / "arxiv_40k.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    variant, number = 0, 0
    while True:
        for row in rows:
            rng = random.Random(f"{variant} {row['_id']}")
            mix = partial(_shuffled, rng) if variant else str
            yield {
                "id": f"{row['_id']}-{variant}",
                "title": mix(row["title"]),
                "text": ". ".join(mix(sentence) for sentence in row["text"].split(". ")),
                "authors": row["metadata"]["authors"],
                "organization": f"Institute {number % 200} of Science",
                "published": str(2015 + number // 200 % 12),
            }
            number += 1
        variant += 1


def _shuffled(rng: random.Random, text: str) -> str:
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)


def open_library(folder: Path, embedding: str) -> Library:
    """The library, with its embedding model loaded."""
    settings = load_settings(llm="none", embedding="potion" if embedding == "potion" else "minilm")
    model = load_embedding(settings)
    if embedding == "stretched":
        model = Stretched(model)
    embed_query(model, "warm")
    return Library(folder / "library", settings=settings, embedding=model)


def add(folder: Path, embedding: str) -> dict[str, Any]:
    """Add what `new.jsonl` holds, and compare with the bare embedder on a part of its texts."""
    from paperqa.passages import split

    with open_library(folder, embedding) as library:
        took, report = seconds(lambda: library.add(folder / "new.jsonl"))
        peak = _memory()
        some = [paper for paper, _ in zip(library.papers(), range(1000), strict=False)]
        texts = []
        for paper in some:
            for passage in split(paper, library.settings.chunk_tokens):
                texts.append(f"{paper.title}. {passage.text}")
                texts += [paper.text[a:b] for a, b in passage.sentences]
        bare = seconds(lambda: library._models.embedding.encode(texts))[0] / len(some)
    return {"seconds": took, "added": report.added, "bare": bare * report.added, "memory": peak}


def search(folder: Path, embedding: str) -> dict[str, Any]:
    """Open, ask once, then ask warm, with and without filters."""
    asked = _questions(folder)
    with open_library(folder, embedding) as opened:
        model = opened._models.embedding  # loaded: what follows is opening alone
        settings = opened.settings
    library = Library(folder / "library", settings=settings, embedding=model)
    again = seconds(
        lambda: Library(folder / "library", settings=settings, embedding=model).search(asked[0])
    )[0]
    took = {
        name: _spans(lambda q, w=w: library.search(q, 10, w), asked) for name, w in FILTERS.items()
    }
    return {"open": again, "took": took, "memory": _memory()}


def chroma(folder: Path, embedding: str) -> dict[str, Any]:
    """Bare Chroma on the same vectors with the year as metadata: latency, and seconds to fill."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(
        str(folder / "chroma"), settings=Settings(anonymized_telemetry=False)
    )
    collection = client.get_or_create_collection(
        "rival", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    with open_library(folder, embedding) as library:
        held = collection.count()
        catalogue, model = library._stores.catalogue, library._models.embedding
        rows = catalogue._execute(
            "SELECT p.id, p.vector, year FROM passages p JOIN papers ON papers.id = p.paper_id "
            "ORDER BY p.rowid LIMIT -1 OFFSET ?", (held,),
        )  # fmt: skip
        ids, years = [row[0] for row in rows], [{"year": row[2]} for row in rows]
        vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float32)
        vectors = vectors.reshape(len(rows), -1)

        def fill() -> None:
            for i in range(0, len(ids), 2000):
                part = slice(i, i + 2000)
                collection.add(ids=ids[part], embeddings=vectors[part], metadatas=years[part])

        filled = seconds(fill)[0]

    def ask(where: dict[str, Any] | None, question: str) -> object:
        vector = embed_query(model, question)
        return collection.query([vector], n_results=10, where=where, include=["distances"])

    wheres = {
        "no filter": None,
        "one year (1 in 12)": {"year": 2021},
        "since 2020 (7 in 12)": {"year": {"$gte": 2020}},
    }
    asked = _questions(folder)
    took = {name: _spans(partial(ask, where), asked) for name, where in wheres.items()}
    return {"fill": filled, "took": took, "memory": _memory()}


def one(folder: Path, embedding: str) -> dict[str, Any]:
    """Add single papers to the library, as many seconds each; they are taken out again."""
    with open_library(folder, embedding) as library:
        took, ids = [], []
        for n in range(6):
            file = folder / f"one-{n}.jsonl"
            row = {"id": f"one-{n}", "title": f"A new paper {n}", "text": f"We add {n}. It is new."}
            ids.append(paper_id(title=row["title"], text=row["text"], given=row["id"]))
            file.write_text(json.dumps(row), encoding="utf-8")
            took.append(seconds(lambda f=file: library.add(f))[0])
        if library.remove(*ids) != len(ids):
            sys.exit("what was added one by one isn't there")
    return {"first": took[0], "later": median(took[1:])}


STEPS = {"add": add, "search": search, "chroma": chroma, "one": one}


def _questions(folder: Path) -> list[str]:
    titles = (folder / "titles.txt").read_text(encoding="utf-8").splitlines()
    return [
        FORMS[i % len(FORMS)].format(title.partition(": ")[2] or title)
        for i, title in enumerate(titles)
    ]


def _spans(work: Callable[[str], object], asked: list[str]) -> tuple[float, float]:
    """p50 and p95 in milliseconds, after ten that don't count."""
    for question in asked[:10]:
        work(question)
    took = [1000 * seconds(partial(work, question))[0] for question in asked[10:]]
    return percentile(took, 0.5), percentile(took, 0.95)


def _memory() -> float:
    """The most memory that this process has held, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_step(name: str, folder: Path, embedding: str) -> dict[str, Any]:
    """A step in a process of its own."""
    command = [sys.executable, __file__, str(folder), "--step", name, "--embedding", embedding]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, env=os.environ)
    if done.returncode:
        sys.exit(f"the step {name} failed; its error is above")
    return json.loads(done.stdout.splitlines()[-1])


def measure(bench: Path, folder: Path, sizes: list[int], embedding: str, rival: bool) -> list[Any]:
    """Each size's measurements; the library grows from one to the next."""
    source, held, rows = papers(bench), 0, []
    for size in sizes:
        with (folder / "new.jsonl").open("w", encoding="utf-8") as stream:
            new = [next(source) for _ in range(size - held)]
            stream.writelines(json.dumps(row) + "\n" for row in new)
        if not held:
            chosen = random.Random(7).sample(new, QUESTIONS)
            (folder / "titles.txt").write_text("\n".join(row["title"] for row in chosen), "utf-8")
        row = {"papers": size, "new": size - held}
        for name in STEPS:
            if name != "chroma" or rival:
                row[name] = run_step(name, folder, embedding)
        print(json.dumps(row), flush=True)
        rows.append(row)
        held = size
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bench", type=Path, nargs="?", default=os.environ.get("PAPERQA_BENCH"))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument(
        "--embedding", choices=("stretched", "potion", "minilm"), default="stretched"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the library, kept afterwards")
    parser.add_argument("--no-rival", action="store_true")
    parser.add_argument("--plot", type=Path, help="a PNG of how each grows (needs matplotlib)")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(STEPS[given.step](given.bench, given.embedding)))
        return
    if given.bench is None or not (given.bench / "arxiv_40k.jsonl.gz").is_file():
        sys.exit("name the folder that holds arxiv_40k.jsonl.gz, or set PAPERQA_BENCH to it")
    with tempfile.TemporaryDirectory() as place, quiet_check():
        folder = given.keep or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        rows = measure(given.bench, folder, given.sizes, given.embedding, not given.no_rival)
        report(rows)
        if given.plot:
            plot(rows, given.plot)


if __name__ == "__main__":
    main()
