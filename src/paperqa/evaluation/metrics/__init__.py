"""Metrics, a line each: what an answer to a sample is worth. The functions are in the modules here.

To add one, write a function from `Sample` and `Response` to a `Score` (None where it says nothing
about that sample) and give it a line.
"""

from paperqa.evaluation.metrics import abstention, citations, correctness, effort, retrieval
from paperqa.evaluation.score import Measure, Metric, Unit


def _cost(of: Measure, about: str, unit: Unit) -> Metric:
    return Metric(of, about, unit, higher_is_better=False)


METRICS: dict[str, Metric] = {
    "correct": Metric(correctness.correct, "says all that it should, in few words"),
    "exact_match": Metric(correctness.exact_match, "the reference answer, word for word"),
    "token_f1": Metric(correctness.token_f1, "words shared with the reference answer"),
    "rouge_l": Metric(correctness.rouge_l, "words in the reference's order"),
    "first_citation": Metric(citations.first_citation, "the paper cited first is a right one"),
    "citation_precision": Metric(citations.precision, "cited papers that are right ones"),
    "citation_recall": Metric(citations.recall, "right papers that are cited"),
    "citation_f1": Metric(citations.f1, "harmonic mean of the two"),
    "supported_claims": Metric(citations.supported_claims, "claims that passed the check"),
    "exact_quotes": Metric(citations.exact_quotes, "quotes that stand in the paper as given"),
    "invented_titles": Metric(
        citations.invented_titles, "cited papers that there are not", higher_is_better=False
    ),
    "refusal_precision": Metric(abstention.precision, "refused questions that have no answer"),
    "refusal_recall": Metric(abstention.recall, "questions without an answer that are refused"),
    "false_refusal": Metric(
        abstention.false_refusal, "answerable questions that are refused", higher_is_better=False
    ),
    "hit@1": Metric(retrieval.hit_at_1, "a right paper is the first of the evidence"),
    "hit@5": Metric(retrieval.hit_at_5, "a right paper is among the first five"),
    "recall@5": Metric(retrieval.recall_at_5, "right papers among the first five"),
    "nDCG@10": Metric(retrieval.ndcg_at_10, "right papers near the top of the first ten"),
    "worded": Metric(effort.worded, "answers that a model worded, not quotes alone"),
    "first_token": _cost(effort.seconds("first_token"), "until the model's first word", "seconds"),
    "first_claim": _cost(effort.seconds("first_claim"), "until a first checked claim", "seconds"),
    "total": _cost(effort.seconds("total"), "until the answer is complete", "seconds"),
    "tokens": _cost(effort.tokens, "tokens read and written by the model", "tokens"),
    "cost": _cost(effort.cost, "price of an answer, where it is known", "dollars"),
}
