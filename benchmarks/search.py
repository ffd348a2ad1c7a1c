"""Latency of `Library.search` when warm, beside LlamaIndex's retriever over Chroma."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from common import (
    index_papers,
    llama_index,
    percentile,
    quiet_check,
    seconds,
    seeds,
    table,
    verdict,
)
from paperqa import Library
from paperqa.models.embedding import embed_query, load_embedding
from paperqa.settings import load_settings
from paperqa.types import Paper

QUESTIONS = 100
K = 10
GOAL = 25.0  # milliseconds, p50
FORMS = (
    "How does {} work?",
    "What does the paper on {} find?",
    "Which papers are about {}?",
    "What accuracy does {} reach?",
)


def questions(papers: list[Paper]) -> list[str]:
    """A question for each of 100 titles, from the words after the colon where there is one."""
    titles = sorted({paper.title for paper in papers})
    step = len(titles) / QUESTIONS
    chosen = [titles[int(i * step)] for i in range(QUESTIONS)]
    return [FORMS[i % len(FORMS)].format(t.partition(": ")[2] or t) for i, t in enumerate(chosen)]


def main() -> None:
    """Measure and print."""
    folder = seeds()
    settings = load_settings(llm="none")
    model = load_embedding(settings)
    with (
        tempfile.TemporaryDirectory() as place,
        Library(Path(place, "ours"), settings=settings, embedding=model) as library,
        llama_index(Path(place, "theirs")) as storage,
    ):
        library.add(folder)
        papers = list(library.papers())
        asked = questions(papers)
        retriever = index_papers(papers, storage, model).as_retriever(similarity_top_k=K)
        works = {
            "Library.search (dense, words, sentences)": lambda q: library.search(q, K),
            "LlamaIndex retriever (dense)": retriever.retrieve,
            "embedding the question alone": lambda q: embed_query(model, q),
        }
        for question in asked[:10]:
            for work in works.values():
                work(question)
        took = {name: [] for name in works}
        for question in asked:
            for name, work in works.items():
                took[name].append(1000 * seconds(partial(work, question))[0])

    spans = [(percentile(some, 0.5), percentile(some, 0.95)) for some in took.values()]
    p50, p95 = spans[0]
    table(
        f"Milliseconds a question, warm: {len(papers)} papers, {len(set(asked))} questions, k={K}",
        ("what", "p50", "p95", "p50 / ours", "p95 / ours"),
        [
            (name, *span, span[0] / p50, span[1] / p95)
            for name, span in zip(took, spans, strict=True)
        ],
    )
    print(f"p50 of Library.search {p50:.1f} ms; goal {verdict(p50, GOAL)}")


if __name__ == "__main__":
    with quiet_check():
        main()
