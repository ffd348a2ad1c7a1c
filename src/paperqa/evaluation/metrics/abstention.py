"""Whether an answer is refused where the papers don't say, and only there."""

from __future__ import annotations

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.response import Response
from paperqa.evaluation.score import Score


def precision(sample: Sample, response: Response) -> Score | None:
    """Of what was refused: whether it has no answer in the papers."""
    if not response.refused:
        return None
    return Score(float(sample.kind == "unanswerable"), sample.reason or "")


def recall(sample: Sample, response: Response) -> Score | None:
    """Of what has no answer in the papers: whether it was refused; a corrected premise is not."""
    if sample.kind != "unanswerable":
        return None
    return Score(float(response.refused), sample.reason or "")


def false_refusal(sample: Sample, response: Response) -> Score | None:
    """Of what the papers do say: whether it was refused."""
    return None if sample.kind == "unanswerable" else Score(float(response.refused))
