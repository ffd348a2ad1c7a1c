"""paperqa beside plain LlamaIndex and PaperQA2: quality, speed and memory, on any BEIR folder.

All rank the same documents (title and text) for the same questions, with the same embedding model
(all-MiniLM-L6-v2, 8 bits) on the same threads, each as its own documentation sets it up:

- paperqa: `Library.add` and `Library.search`, on disk. Three scores (words, passage, best
  sentence), so it embeds each sentence as well; a search marks the sentences to be quoted.
- LlamaIndex: `VectorStoreIndex` over Chroma on disk, with the default `SentenceSplitter`. One
  score, the passage's: no words, no sentences, no quotes.
- PaperQA2 (`paper-qa`, pinned in rival_requirements.txt): `Docs` with its `NumpyVectorStore`, in
  memory, not saved; its own chunks (5,000 characters, 250 overlap), its default batches of 16 and
  MMR lambda of 1 (which is none). One score, the passage's: no words, no sentences, no quotes;
  `--hybrid` runs its hybrid embedding too, which appends counts of tokens to the vector. Left out
  are its agent's keyword search and its reordering by summaries: both need a language model. It
  embeds through litellm, so it asks a server on loopback, whose memory and processor time count
  as its own. Its environment is made once, in the user's cache folder, from a package index; then
  no network is needed, and the contenders are refused any connection to another machine.

Each runs in a process of its own, with a small index first to warm up. The rankings are 100 deep; a
search is timed for 10 results, one at a time. Memory is the most that was held, indexing included.
Seconds suffer from whatever else runs, the processor's seconds (CPU) less. A ratio below 1 means
that the rival has or takes less than paperqa.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from llama_index.core import VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document as Whole

from common import alternate, llama_index, median, percentile, quiet_check
from paperqa import Library
from paperqa.errors import PaperqaError
from paperqa.evaluation import retrieval
from paperqa.evaluation.statistics import estimate, paired
from paperqa.models.embedding import embed_query, load_embedding
from paperqa.settings import Settings, load_settings
from rival_contest import Contender, Document, compete, full_text, stay_on_this_machine
from rival_embedder import embedding_server
from rival_environment import environment, paperqa2_python, say_setup

HERE = Path(__file__).parent
Result = dict[str, Any]
Start = Callable[[Path], AbstractContextManager[Contender]]


@dataclass(frozen=True, slots=True)
class Task:
    """What is ranked, for which questions, and what is right."""

    documents: Sequence[Document]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]


def read_task(folder: Path, n_documents: int | None, n_queries: int | None) -> Task:
    """The documents that say something, and the queries with judgements; the first of each.

    Of few documents, only judgements of these count, and only queries that have one.
    """
    qrels = retrieval._qrels(folder)
    rows = retrieval._documents(retrieval.find_jsonl(folder, "queries"))
    texts = {row["_id"]: row["text"] for row in rows}
    corpus = retrieval._documents(retrieval.find_jsonl(folder, "corpus"))
    documents = [row for row in corpus if full_text(row).strip()][:n_documents]
    if n_documents is not None:
        kept = {document["_id"] for document in documents}
        judged = {q: {d: n for d, n in right.items() if d in kept} for q, right in qrels.items()}
        qrels = {q: right for q, right in judged.items() if any(right.values())}
    qrels = dict(islice(qrels.items(), n_queries))
    if not qrels:
        sys.exit(f"{folder}: no query is left of so few documents; raise --limit-documents")
    return Task(documents, {query: texts[query] for query in qrels}, qrels)


@cache
def _settings() -> Settings:
    return load_settings(llm="none", embedding="minilm", reranker="none", merge_duplicates=False)


@contextmanager
def ours(place: Path) -> Iterator[Contender]:
    """A library on disk, fed from a file."""
    place.mkdir()
    model = load_embedding(_settings())
    with Library(place / "library", settings=_settings(), embedding=model) as library:

        def index(documents: Sequence[Document]) -> None:
            report = library.add(retrieval._copy(documents, place / "papers.jsonl"))
            assert report.added == len(documents), report

        def search(question: str, k: int) -> list[str]:
            return [retrieval._document_id(e.paper.id) for e in library.search(question, k)]

        yield Contender(index, search, partial(embed_query, model))


@contextmanager
def plain_llama_index(place: Path) -> Iterator[Contender]:
    """LlamaIndex's quick start with Chroma on disk."""
    model = load_embedding(_settings())
    with llama_index(place) as storage:
        stored = VectorStoreIndex.from_vector_store(storage.vector_store, embed_model=model)
        retriever = cache(lambda k: stored.as_retriever(similarity_top_k=k))

        def index(documents: Sequence[Document]) -> None:
            VectorStoreIndex.from_documents(
                [Whole(id_=document["_id"], text=full_text(document)) for document in documents],
                storage_context=storage,
                embed_model=model,
                transformations=[SentenceSplitter()],
            )

        def search(question: str, k: int) -> list[str]:
            found = retriever(k).retrieve(question)
            return list(dict.fromkeys(node.node.ref_doc_id for node in found))

        yield Contender(index, search, model.get_query_embedding)


def in_process(start: Start, task: Task) -> Result:
    """A contender of this environment, in a new process."""
    with ProcessPoolExecutor(1, get_context("spawn"), stay_on_this_machine) as pool:
        return pool.submit(compete, start, task.documents, task.queries).result()


def paperqa2(embedding: str, python: Path, task: Task) -> Result:
    """PaperQA2, in its own environment, with a server to embed."""
    with tempfile.TemporaryDirectory() as place, embedding_server(_settings()) as address:
        given, result = Path(place, "task.json"), Path(place, "result.json")
        given.write_text(json.dumps({"documents": task.documents, "queries": task.queries}))
        command = [python, HERE / "rival_paperqa2.py", embedding, address, given, result]
        done = subprocess.run(
            command,
            check=False,
            cwd=place,
            env=environment(place),
            stderr=subprocess.PIPE,
            text=True,
        )
        print(done.stderr, file=sys.stderr, end="")
        if done.returncode:
            sys.exit(f"PaperQA2 stopped: {(done.stderr.splitlines() or ['no word said'])[-1]}")
        return json.loads(result.read_text("utf-8"))


def report(title: str, task: Task, results: Mapping[str, Sequence[Result]]) -> None:
    """Rows of Markdown: each contender, and under each rival its figures over ours."""
    print(f"**{title}**: {len(task.documents):,} documents, {len(task.queries):,} queries\n")
    headings = (
        "nDCG@10", "R@100", "indexing, s", "papers/s", "CPU s",
        "search p50, ms", "p95", "CPU ms", "embedding a question, ms", "memory, MB",
    )  # fmt: skip
    print(f"| contender | {' | '.join(headings)} |")
    print("|---|" + "---:|" * len(headings))
    scored = {
        name: retrieval.score_rankings(task.qrels, runs[0]["rankings"])
        for name, runs in results.items()
    }
    base: list[float] = []
    for name, runs in results.items():
        good = [estimate([row[m] for row in scored[name]]) for m in ("nDCG@10", "R@100")]
        took = _medians(runs, len(task.documents))
        values = [*(value.mean for value in good), *took]
        shown = [f"{value.mean:.3f} ± {value.error or 0:.3f}" for value in good]
        print(f"| {name} | {' | '.join([*shown, *map(_figure, took)])} |")
        base = base or values
        if values is not base:
            ratios = (value / first for value, first in zip(values, base, strict=True))
            print(f"| {name} / paperqa | {' | '.join(map(_figure, ratios))} |")
    print()
    first, *others = scored
    for name in others:
        pair = ([row["nDCG@10"] for row in scored[one]] for one in (name, first))
        gain = paired(*pair)
        bounds = "" if gain.low is None else f" (95 %: {gain.low:+.3f} to {gain.high:+.3f})"
        print(f"nDCG@10, {first} less {name}: {gain.value:+.3f}{bounds}")
    print()


def _medians(runs: Sequence[Result], n_documents: int) -> list[float]:
    """Medians over the runs, in the order of the headings."""

    def middle(read: Callable[[Result], float]) -> float:
        return median(map(read, runs))

    indexing = middle(lambda run: run["indexing"]["seconds"])
    n_queries = len(runs[0]["searching"]["each"])
    return [
        indexing,
        n_documents / indexing,
        middle(lambda run: run["indexing"]["cpu"]),
        middle(lambda run: 1000 * percentile(run["searching"]["each"], 0.5)),
        middle(lambda run: 1000 * percentile(run["searching"]["each"], 0.95)),
        middle(lambda run: 1000 * run["searching"]["cpu"] / n_queries),
        middle(lambda run: 1000 * percentile(run["embedding"]["each"], 0.5)),
        middle(lambda run: run["peak"] / 1e6),
    ]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a BEIR folder")
    parser.add_argument(
        "--limit-documents", type=_count, metavar="N", help="the first N, to try out"
    )
    parser.add_argument(
        "--limit-queries", type=_count, metavar="N", help="the first N that are judged"
    )
    parser.add_argument("--repeats", type=_count, default=1, help="contests, in turns; the medians")
    parser.add_argument("--hybrid", action="store_true", help="PaperQA2's hybrid embedding as well")
    given = parser.parse_args()
    if missing := next((folder for folder in given.folders if not folder.is_dir()), None):
        sys.exit(f"{missing} is no folder; name one with corpus.jsonl, queries.jsonl and qrels.tsv")
    try:
        load_embedding(_settings())  # says now if the model isn't there
        limits = given.limit_documents, given.limit_queries
        tasks = {folder.resolve().name: read_task(folder, *limits) for folder in given.folders}
    except PaperqaError as error:
        sys.exit(str(error))
    python, took = paperqa2_python()
    say_setup(python, took)
    contenders: dict[str, Callable[[Task], Result]] = {
        "paperqa": partial(in_process, ours),
        "LlamaIndex + Chroma": partial(in_process, plain_llama_index),
        "PaperQA2": partial(paperqa2, "openai/minilm", python),
    }
    if given.hybrid:
        contenders["PaperQA2, hybrid"] = partial(paperqa2, "hybrid-openai/minilm", python)
    for title, task in tasks.items():
        works = [partial(work, task) for work in contenders.values()]
        runs = alternate(given.repeats, *works)
        report(title, task, dict(zip(contenders, runs, strict=True)))


if __name__ == "__main__":
    with quiet_check():
        main()
