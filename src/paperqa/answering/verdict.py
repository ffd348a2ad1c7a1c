"""Whether a source states what is asked: a small model's verdict, read off its first token.

The odds of yes against no are two of the log-probabilities that a model gives, and what it makes
of source and question shows in the others too. A linear probe reads them (Alain & Bengio 2017,
Understanding intermediate layers using linear classifier probes), fitted by `benchmarks/verdict.py`
to labelled questions on arXiv abstracts and on the listing pages' papers and their neighbours, and
shifted so that zero is where it is best to refuse (docs/adr/0008).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIKELIEST = 400  # first tokens that are asked for
ODDS = "odds of yes"
PROMPTS = ("answer", "question", "verdict")
_FLOOR = 0.5  # a token that isn't among them is so much less likely than the last of them
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Probe:
    """Weights of the log-probabilities of first tokens: of one model, for one form of prompt.

    Among the tokens may be `ODDS`. `prompts` is the fingerprint of `PROMPTS` as they were when it
    was fitted.
    """

    model: str
    prompts: str
    bias: float
    weights: Mapping[str, float]

    def log_odds(self, first: Mapping[str, float]) -> float:
        """Above zero where the source likelier states what is asked, in the measure of log-odds."""
        found = zip(self.weights.values(), values(first, self.weights), strict=True)
        return self.bias + sum(weight * value for weight, value in found)


def values(first: Mapping[str, float], tokens: Iterable[str]) -> list[float]:
    """The log-probability of each of these tokens; in the place of `ODDS`, the odds of yes."""
    floor = min(first.values(), default=0.0) - _FLOOR
    known = {**first, ODDS: odds_of_yes(first)}
    return [known.get(token, floor) for token in tokens]


def odds_of_yes(first: Mapping[str, float]) -> float:
    """The log-odds that a reply begins with yes rather than no, however they are written."""
    chances = {"yes": _LEAST, "no": _LEAST}
    for token, logprob in first.items():
        word = token.strip().lower()
        if word in chances:
            chances[word] += math.exp(logprob)
    return math.log(chances["yes"] / chances["no"])


@cache
def probes() -> tuple[Probe, ...]:
    """The probes that there are; the last is for any model, by its odds of yes alone."""
    read = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return tuple(Probe(**each) for each in read)


def verdict(model: str, first: Mapping[str, float]) -> float:
    """How likely a source states what is asked, by a model's first token; see `Probe.log_odds`."""
    return next(probe for probe in probes() if probe.model in (model, "")).log_odds(first)
