"""Whether an answer says what it should."""

from __future__ import annotations

import re
import string
from collections import Counter

from rapidfuzz.distance import LCSseq

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.matching import holds
from paperqa.evaluation.metrics.citations import cited, wanted
from paperqa.evaluation.response import Response
from paperqa.evaluation.score import Score

# An answer that is longer dumps passages instead of answering.
MAX_WORDS = {"fact": 60, "followup": 60, "explain": 120}
_MARKER = re.compile(r"\s*\[\d+\]")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[a-z0-9]+")


def correct(sample: Sample, response: Response) -> Score | None:
    """1 if the answer says what it should: all key strings, in few words; for an unanswerable
    question a refusal, or a correction of its premise that cites; for metadata without key
    strings exactly the papers that fit. Not for lists, which have recall and precision;
    *unscored* where the sample has nothing to grade by."""
    if sample.kind == "list":
        return None
    if sample.kind == "unanswerable":
        return _rightly_refused(sample, response)
    if not (sample.keys or (sample.kind == "metadata" and sample.titles)):
        return Score(None, "the sample has no key strings")
    if response.refused:
        return Score(0.0, "refused")
    words, most = len(wording(response).split()), MAX_WORDS.get(sample.kind, 10_000)
    if words > most:
        return Score(0.0, f"{words} words, more than {most}")
    if not sample.keys:
        return _exactly_the_papers(sample, response)
    missing = missing_keys(sample, response)
    return Score(0.0, f"lacks {'; '.join(missing)}") if missing else Score(1.0, "holds every key")


def exact_match(sample: Sample, response: Response) -> Score | None:
    """1 if answer and reference are the same words, as SQuAD's script v1.1 has it (Rajpurkar et
    al. 2016): without case, ASCII punctuation and articles."""
    if not _comparable(sample):
        return None
    return Score(float(_squad_words(_stated(response)) == _squad_words(sample.reference)))


def token_f1(sample: Sample, response: Response) -> Score | None:
    """F1 of the bags of words of answer and reference, as SQuAD's script v1.1 has it."""
    if not _comparable(sample):
        return None
    given, right = _squad_words(_stated(response)), _squad_words(sample.reference)
    return Score(_f1((Counter(given) & Counter(right)).total(), len(given), len(right)))


def rouge_l(sample: Sample, response: Response) -> Score | None:
    """ROUGE-L, F-measure: the longest common subsequence of words (Lin 2004), split as the
    package rouge_score splits them, without stemming."""
    if not _comparable(sample):
        return None
    given, right = _rouge_words(_stated(response)), _rouge_words(sample.reference)
    return Score(_f1(LCSseq.similarity(given, right), len(given), len(right)))


def wording(response: Response) -> str:
    """The text of an answer without its markers."""
    return _MARKER.sub("", response.text)


def missing_keys(sample: Sample, response: Response) -> list[str]:
    """The groups of key strings of which the answer holds none."""
    text = wording(response)
    return [" or ".join(group) for group in sample.keys if not any(holds(text, k) for k in group)]


def _rightly_refused(sample: Sample, response: Response) -> Score:
    if response.refused:
        return Score(1.0, "refused")
    corrects = sample.keys and not missing_keys(sample, response)
    if corrects and cited(response) & wanted(sample):
        return Score(1.0, "corrects the premise")
    return Score(0.0, f"answered, though: {sample.reason or 'the papers do not say'}")


def _exactly_the_papers(sample: Sample, response: Response) -> Score:
    missing, more = wanted(sample) - cited(response), cited(response) - wanted(sample)
    if missing or more:
        return Score(0.0, f"{len(missing)} papers missing, {len(more)} too many")
    return Score(1.0, "exactly the papers that fit")


def _comparable(sample: Sample) -> bool:
    return bool(sample.reference) and sample.kind not in ("unanswerable", "list")


def _stated(response: Response) -> str:
    return "" if response.refused else wording(response)  # as SQuAD 2.0 has no answer


def _squad_words(text: str) -> list[str]:
    return _ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _rouge_words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _f1(common: int, given: int, right: int) -> float:
    return 2 * common / (given + right) if given + right else 0.0
