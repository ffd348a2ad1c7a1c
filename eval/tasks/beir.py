"""Retrieval on a folder in the form of BEIR; no model takes part.

AP counts the first hundred only, published figures often the first thousand.
"""

from __future__ import annotations

from pathlib import Path

from shared import report, run

from paperqa.evaluation.retrieval import evaluate_retrieval
from paperqa.settings import load_settings
from paperqa.terminal import progress_bar, say

# By a part of the folder's name. BM25 on SciFact: Pyserini's BEIR regressions, flat; the embedding
# models: MTEB; BM25 on Cranfield: docs/adr/0003-retrieval.md.
PUBLISHED = {
    "scifact": {
        "nDCG@10": "test split: BM25 67.9, all-MiniLM-L6-v2 64.5, bge-small-en-v1.5 71.3",
        "R@100": "test split: BM25 92.5",
    },
    "cranfield": {"nDCG@10": "BM25 35.8"},
}


def main(folder: Path, model: str, limit: int | None) -> None:
    """Rank, and print how well beside published figures."""
    with progress_bar("Ranking", "documents, then queries") as update:
        done = evaluate_retrieval(folder, load_settings(llm=model), limit=limit, progress=update)
    name = folder.resolve().name
    say(f"{name}: {done.n_documents} documents, {done.n_queries} queries")
    known = next((figures for part, figures in PUBLISHED.items() if part in name), {})
    report("paperqa", done.estimates, known)


if __name__ == "__main__":
    run(main, __doc__)
