"""Latency of `Library.search` when warm, beside LlamaIndex's retriever over Chroma."""

from __future__ import annotations

import tempfile
from pathlib import Path

from common import index_papers, llama_index, percentile, seconds, seeds, table

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
    model = load_embedding(load_settings())
    with (
        tempfile.TemporaryDirectory() as place,
        Library(Path(place, "ours"), settings=load_settings(llm="none"), embedding=model) as library,
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
                took[name].append(1000 * seconds(lambda: work(question))[0])

    ours, theirs, _ = ([percentile(some, share) for share in (0.5, 0.95)] for some in took.values())
    table(
        f"Milliseconds a question, warm: {len(papers)} papers, {len(set(asked))} questions, k={K}",
        ("what", "p50", "p95", "p50 / ours"),
        [
            (name, percentile(some, 0.5), percentile(some, 0.95), percentile(some, 0.5) / ours[0])
            for name, some in took.items()
        ],
    )
    print(f"p50 of search {ours[0]:.1f} ms; goal < {GOAL:.0f}: {'met' if ours[0] < GOAL else 'MISSED'}")
    print(f"ours / LlamaIndex: p50 {ours[0] / theirs[0]:.2f}, p95 {ours[1] / theirs[1]:.2f}")


if __name__ == "__main__":
    main()
