"""The check of claims, on SciFact's train claims: what it lets pass, and what it should.

Each claim is held against the abstract that it cites (Wadden et al. 2020, Fact or Fiction). Right
is to pass the claims that the abstract supports, and no others. These claims are written by people,
far from the words of the abstract; the sentences of a model stay closer, so more of them pass.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from common import table
from paperqa.citations import MIN_SUPPORT, Citations, Source
from paperqa.models.embedding import load_embedding
from paperqa.passages import sentence_spans
from paperqa.settings import load_settings
from paperqa.types import Paper, Sentence

THRESHOLDS = (0.3, 0.4, 0.45, MIN_SUPPORT, 0.55, 0.6, 0.7)


def pairs(folder: Path) -> Iterator[tuple[str, str, Source]]:
    """(claim, label, the cited abstract): SUPPORT, CONTRADICT or NEI (says nothing of it)."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        corpus = {row["_id"]: row for row in map(json.loads, lines)}
    claims = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    for row in _rows(folder / "answers.jsonl"):
        labels = {id_: found[0]["label"] for id_, found in row["evidence"].items()}
        for id_, label in (labels or dict.fromkeys(row["cited_doc_ids"][:1], "NEI")).items():
            yield claims[row["_id"]], label, _source(corpus[id_])


def _rows(file: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def _source(row: dict[str, str]) -> Source:
    text = row["text"]
    spans = sentence_spans(text)
    paper = Paper(id=row["_id"], title=row["title"], abstract=text, text=text)
    return Source(paper, tuple(Sentence(a, b, text[a:b], 0.0) for a, b in spans))


def main() -> None:
    """Check all claims, once with meanings and once with words alone, and print the rates."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PAPERQA_BENCH")
    if not folder:
        sys.exit("name the folder of public data as an argument, or set PAPERQA_BENCH to it")
    model = load_embedding(load_settings())
    data = list(pairs(Path(folder) / "scifact_train"))
    for name, encode in (("words and meaning", model.encode), ("words alone", None)):
        found = [
            (label, Citations(encode, 0.0, 0.0).check(claim, [source]))
            for claim, label, source in data
        ]
        rows = [_rates(found, threshold) for threshold in THRESHOLDS]
        headings = ("threshold", "precision", "recall", "NEI passed", "CONTRADICT passed")
        table(f"{name}, {len(data)} claims", headings, rows)


def _rates(found: list, threshold: float) -> tuple[float, ...]:  # type: ignore[type-arg]
    passed = [
        (label, claim.supported and float(claim.reason.split()[-1]) >= threshold)
        for label, claim in found
    ]
    kept = [label for label, ok in passed if ok]

    def rate(wanted: str) -> float:
        of_kind = [ok for label, ok in passed if label == wanted]
        return sum(of_kind) / len(of_kind)

    precision = kept.count("SUPPORT") / max(1, len(kept))
    return threshold, precision, rate("SUPPORT"), rate("NEI"), rate("CONTRADICT")


if __name__ == "__main__":
    main()
