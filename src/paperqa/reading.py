"""The best papers are read again, question and paper together, before they are answered from.

Search compares what was read apart; a model that reads both at once tells better which sentence
answers, and which paper. It takes a tenth of a second, so it reads few (docs/adr/0016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from paperqa.models.reader import Floats, Reader
from paperqa.relevance import standardised
from paperqa.types import Evidence, Sentence

READ, SENTENCES = 6, 8  # papers, and of each the sentences that fit best as search has it
PAPER_WEIGHT = 1.0  # of a paper's standardised score beside that of search
SENTENCE_WEIGHT = 0.75  # of a sentence's score beside that of `relevance.py`


def read_again(reader: Reader, question: str, found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The best papers in a better order, their sentences likewise.

    The scores of papers stay where they are, and papers change places, as with a reranker.
    """
    if not found:
        return ()
    best = found[:READ]
    texts = [[s.text for s in _to_read(e)] for e in best]
    titles = [e.paper.title for e in best]
    scores = reader.scores(question, list(zip(titles, texts, strict=True)))
    read = [_with(e, s) for e, s in zip(best, scores, strict=True)]
    fits = standardised(np.array([e.score for e in best])) + PAPER_WEIGHT * standardised(
        np.array([np.logaddexp.reduce(s) for s in scores])
    )
    order = np.argsort(-fits, kind="stable")
    moved = [replace(read[i], rank=e.rank, score=e.score) for i, e in zip(order, best, strict=True)]
    return (*moved, *found[READ:])


def _to_read(evidence: Evidence) -> list[Sentence]:
    """The sentences that are read, in the paper's order."""
    return sorted(evidence.statements[:SENTENCES], key=lambda sentence: sentence.start)


def _with(evidence: Evidence, scores: Floats) -> Evidence:
    """Evidence with these scores of what was read added to its sentences' own.

    What wasn't read stays behind what was.
    """
    read = _to_read(evidence)
    added = [
        replace(s, score=round(s.score + SENTENCE_WEIGHT * float(x), 6))
        for s, x in zip(read, scores, strict=True)
    ]
    rest = evidence.sentences[len(read) :]
    return replace(evidence, sentences=(*sorted(added, key=lambda s: (-s.score, s.start)), *rest))
