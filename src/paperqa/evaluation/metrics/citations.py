"""Whether an answer cites the right papers, and quotes them as they are."""

from __future__ import annotations

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.matching import plain
from paperqa.evaluation.response import Response
from paperqa.evaluation.score import Score


def first_citation(sample: Sample, response: Response) -> Score | None:
    """Whether the paper cited first is a right one, where something was answered."""
    if _says_nothing(sample, response) or not response.cited:
        return None
    first = response.cited[0].title
    return Score(float(plain(first) in wanted(sample)), f"cites “{first}” first")


def precision(sample: Sample, response: Response) -> Score | None:
    """The share of the cited papers that are right ones; a list that cites nothing has 0."""
    if _says_nothing(sample, response) or not (response.cited or sample.kind == "list"):
        return None
    right = cited(response) & wanted(sample)
    return Score(
        len(right) / max(1, len(cited(response))), f"{len(right)} of {len(cited(response))}"
    )


def recall(sample: Sample, response: Response) -> Score | None:
    """The share of the right papers that are cited; a refusal has 0."""
    if sample.kind == "unanswerable" or not sample.titles:
        return None
    right = cited(response) & wanted(sample)
    return Score(len(right) / len(wanted(sample)), f"{len(right)} of {len(wanted(sample))}")


def f1(sample: Sample, response: Response) -> Score | None:
    """The harmonic mean of precision and recall."""
    if sample.kind == "unanswerable" or not sample.titles:
        return None
    right = len(cited(response) & wanted(sample))
    return Score(2 * right / (len(cited(response)) + len(wanted(sample))))


def supported_claims(sample: Sample, response: Response) -> Score | None:
    """The share of the claims that passed the check; what failed is not in the text."""
    if not response.claims:
        return None
    dropped = [f"“{text}” {why}".strip() for text, ok, why in response.claims if not ok]
    return Score(1 - len(dropped) / len(response.claims), "; ".join(dropped))


def exact_quotes(sample: Sample, response: Response) -> Score | None:
    """The share of the quotes that stand in their paper, character by character."""
    checks = [c.exact for c in response.cited if c.exact is not None]
    altered = [f"“{c.quote}”" for c in response.cited if c.exact is False]
    return Score(1 - len(altered) / len(checks), ", ".join(altered)) if checks else None


def invented_titles(sample: Sample, response: Response) -> Score | None:
    """The share of the citations whose paper the library does not have."""
    checks = [c.known for c in response.cited if c.known is not None]
    invented = [f"“{c.title}”" for c in response.cited if c.known is False]
    return Score(len(invented) / len(checks), ", ".join(invented)) if checks else None


def cited(response: Response) -> set[str]:
    """The titles that an answer cites, as they are compared; a refusal cites nothing."""
    return set() if response.refused else {plain(citation.title) for citation in response.cited}


def wanted(sample: Sample) -> set[str]:
    """The titles that an answer should cite, as they are compared."""
    return {plain(title) for title in sample.titles}


def _says_nothing(sample: Sample, response: Response) -> bool:
    return response.refused or sample.kind == "unanswerable" or not sample.titles
