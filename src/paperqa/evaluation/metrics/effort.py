"""What an answer costs: time, tokens, money; and whether a model worded it at all."""

from __future__ import annotations

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.response import Response
from paperqa.evaluation.score import Measure, Score


def worded(sample: Sample, response: Response) -> Score | None:
    """Whether a model worded the answer (as against quotes alone); not for metadata, refusals."""
    if response.refused or sample.kind == "metadata" or not response.model:
        return None
    return Score(float(response.model != "extractive"), response.model)


def seconds(until: str) -> Measure:
    """The metric of the time until `first_token`, `first_claim` or `total`."""

    def measured(sample: Sample, response: Response) -> Score | None:
        return Score(response.seconds[until]) if until in response.seconds else None

    return measured


def tokens(sample: Sample, response: Response) -> Score | None:
    """Tokens that the model read and wrote."""
    usage = response.usage  # of some servers it has a total too
    counts = [usage[name] for name in ("prompt_tokens", "completion_tokens") if name in usage]
    return Score(float(sum(counts))) if counts else None


def cost(sample: Sample, response: Response) -> Score | None:
    """US dollars."""
    return None if response.cost is None else Score(response.cost)
