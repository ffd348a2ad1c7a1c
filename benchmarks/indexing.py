"""Papers a second through `Library.add`, beside the bare embedder and plain LlamaIndex."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from common import (
    alternate,
    index_papers,
    index_texts,
    llama_index,
    median,
    quiet_check,
    seconds,
    seeds,
    table,
    verdict,
)
from paperqa import Library
from paperqa.index import ingest
from paperqa.models.artefacts import locate
from paperqa.models.embedding import OnnxEmbedding, load_embedding
from paperqa.passages import split
from paperqa.settings import load_settings

REPEATS = 3
GOAL = 0.9
# Functions of paperqa.index.ingest
STAGES = ("read", "split", "embed_passages", "embed_texts", "encode")
LABELS = (
    "read, parse", "cut into passages", "embed passages", "embed sentences", "codes of words",
    "store, and the rest",
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    folder = seeds()
    settings = load_settings(llm="none")
    model = load_embedding(settings)
    assert isinstance(model, OnnxEmbedding)
    spent: Counter[str] = Counter()
    for name in STAGES:
        setattr(ingest, name, _timed(getattr(ingest, name), spent, name))

    with (
        tempfile.TemporaryDirectory() as place,
        Library(place, settings=settings, embedding=model) as library,
    ):
        report = library.add(folder)
        papers = list(library.papers())
    passages, texts = [], []
    for paper in papers:
        for passage in split(paper, settings.chunk_tokens):
            passages.append(f"{paper.title}. {passage.text}")
            texts += [passages[-1], *(paper.text[a:b] for a, b in passage.sentences)]

    def ours() -> dict[str, float]:
        spent.clear()
        with (
            tempfile.TemporaryDirectory() as place,
            Library(place, settings=settings, embedding=model) as library,
        ):
            total, _ = seconds(lambda: library.add(folder))
        return {**spent, "total": total}

    def bare() -> dict[str, float]:
        return {"total": seconds(lambda: model.encode(texts))[0]}

    def rival(build: Callable[..., object], what: object) -> Callable[[], dict[str, float]]:
        def run() -> dict[str, float]:
            with tempfile.TemporaryDirectory() as place, llama_index(Path(place)) as storage:
                return {"total": seconds(lambda: build(what, storage, model))[0]}

        return run

    runs = alternate(REPEATS, ours, bare, rival(index_texts, texts), rival(index_papers, papers))

    total = median(run["total"] for run in runs[0])
    spans = [median(run[name] for run in runs[0]) for name in STAGES]
    spans.append(total - sum(spans))
    table(
        f"Library.add: {report.added} papers, {len(passages)} passages, "
        f"{len(texts) - len(passages)} sentences; medians of {REPEATS}",
        ("stage", "seconds", "share"),
        [
            *((label, took, took / total) for label, took in zip(LABELS, spans, strict=True)),
            ("all", total, 1.0),
        ],
    )

    count = _token_counter(settings)
    tokens, passage_tokens = count(texts), count(passages)
    names = (
        ("Library.add, from files", len(texts), tokens),
        ("bare embedder, the same texts", len(texts), tokens),
        ("LlamaIndex, the same texts", len(texts), tokens),
        ("LlamaIndex, papers (no sentences)", len(passages), passage_tokens),
    )
    rows = []
    for (name, n, of), column in zip(names, runs, strict=True):
        took = median(run["total"] for run in column)
        spread = f"{min(r['total'] for r in column):.1f}–{max(r['total'] for r in column):.1f}"
        times = took / total
        rows.append((name, took, spread, len(papers) / took, n / took, of / took, times))
    table(
        "Papers a second, end to end (LlamaIndex gets papers that are read already)",
        ("what", "s", "from–to", "papers/s", "texts/s", "tokens/s", "time / ours"),
        rows,
    )
    ratio = rows[1][1] / rows[0][1]
    print(f"speed / bare embedder {ratio:.2f}; goal {verdict(ratio, GOAL, at_least=True)}")


def _timed(work: Callable[..., Any], spent: Counter[str], name: str) -> Callable[..., Any]:
    """`work`, its seconds added up; a generator is drained, so that its time counts too."""

    def run(*arguments: Any) -> Any:
        started = time.perf_counter()
        result = work(*arguments)
        if name == "read":
            result = list(result)
        spent[name] += time.perf_counter() - started
        return result

    return run


def _token_counter(settings: Any) -> Callable[[list[str]], int]:
    tokenizer = Tokenizer.from_file(str(locate(settings.models, "minilm")[1]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return lambda texts: sum(len(e.ids) for e in tokenizer.encode_batch_fast(texts))


if __name__ == "__main__":
    with quiet_check():
        main()
