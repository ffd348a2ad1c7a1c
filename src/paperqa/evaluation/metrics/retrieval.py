"""Whether the right papers are in the evidence, and how near its top."""

from __future__ import annotations

import ir_measures
from ir_measures import Measure, R, Success, nDCG

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.matching import plain
from paperqa.evaluation.metrics.citations import wanted
from paperqa.evaluation.response import Response
from paperqa.evaluation.score import Score


def hit_at_1(sample: Sample, response: Response) -> Score | None:
    """Whether a right paper comes first in the evidence."""
    return _measured(Success @ 1, sample, response)


def hit_at_5(sample: Sample, response: Response) -> Score | None:
    """Whether a right paper is among the first five of the evidence."""
    return _measured(Success @ 5, sample, response)


def recall_at_5(sample: Sample, response: Response) -> Score | None:
    """The share of the right papers among the first five of the evidence."""
    return _measured(R @ 5, sample, response)


def ndcg_at_10(sample: Sample, response: Response) -> Score | None:
    """nDCG of the first ten of the evidence (Järvelin and Kekäläinen 2002)."""
    return _measured(nDCG @ 10, sample, response)


def _measured(measure: Measure, sample: Sample, response: Response) -> Score | None:
    if sample.kind in ("unanswerable", "metadata") or not sample.titles or response.found is None:
        return None
    ranked = list(dict.fromkeys(plain(title) for title in response.found))
    if not ranked:
        return Score(0.0, "no evidence")
    right = wanted(sample)
    qrels = {"q": dict.fromkeys(right, 1)}
    run = {"q": {title: float(-rank) for rank, title in enumerate(ranked)}}
    value = float(ir_measures.calc_aggregate([measure], qrels, run)[measure])
    ranks = ", ".join(str(rank) for rank, title in enumerate(ranked, 1) if title in right)
    return Score(value, f"right papers at rank {ranks}" if ranks else "no right paper")
