"""What the tasks share: arguments, replies of a model, F1 with its error, the printed table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from llama_index.core.llms import ChatMessage, MessageRole
from scipy import stats

from paperqa.errors import PaperqaError
from paperqa.evaluation.statistics import Estimate, formatted
from paperqa.models.chat import ChatModel
from paperqa.terminal import table

_RESAMPLES, _SEED = 1_000, 1


def run(task: Callable[[Path, str, int | None], None], about: str | None) -> None:
    """Call `task` with the command line's folder, model and limit; an error becomes one line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the data is")
    parser.add_argument("--model", default="none", help="as PAPERQA_LLM (default: none)")
    parser.add_argument("--limit", type=int, metavar="N", help="only so many")
    given = parser.parse_args()
    try:
        task(given.folder, given.model, given.limit)
    except PaperqaError as error:
        sys.exit(f"error: {error}")


def reply(chat: ChatModel, system: str, user: str) -> str:
    """The whole reply to two messages."""
    messages = [
        ChatMessage(role=MessageRole.SYSTEM, content=system),
        ChatMessage(role=MessageRole.USER, content=user),
    ]
    return "".join(chat.in_turn(lambda: chat.reply(messages, {})))


def f1(counts: Sequence[Sequence[Sequence[int]]], unscored: int = 0) -> Estimate:
    """F1 from (correct, predicted, gold) of each class of each item, summed over the items.

    The mean over the classes that are predicted or gold somewhere, as scikit-learn's macro
    average. Error and interval are the bootstrap's, over items (Efron 1979).
    """
    array = np.array(counts, dtype=float)

    def over(items: np.ndarray) -> float:
        correct, predicted, gold = array[items.astype(int)].sum(axis=0).T
        there = predicted + gold > 0
        return float((2 * correct[there] / (predicted + gold)[there]).mean()) if there.any() else 0

    items = np.arange(len(array))
    if len(items) < 2:
        return Estimate(over(items), None, None, None, len(items), unscored)
    drawn = stats.bootstrap(
        (items,), over, vectorized=False, n_resamples=_RESAMPLES, method="percentile",
        rng=np.random.default_rng(_SEED),
    )  # fmt: skip
    low, high = drawn.confidence_interval
    return Estimate(
        over(items), float(drawn.standard_error), float(low), float(high), len(items), unscored
    )


def report(who: str, ours: Mapping[str, Estimate], published: Mapping[str, str]) -> None:
    """Print our figures beside published ones: percent ± standard error (over so many)."""
    table(("measure", who, "published"), ((m, cell(e), published.get(m)) for m, e in ours.items()))


def cell(found: Estimate) -> str:
    """Percent ± standard error, over how many, and how many more could not be graded."""
    left_out = f", {found.unscored} unscored" if found.unscored else ""
    return f"{formatted(found, 'share')} ({found.n}{left_out})"
