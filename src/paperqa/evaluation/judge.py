"""A judge: a language model that says whether an answer says the same as the reference answer.

Reference-guided grading by a language model, after Zheng et al. 2023 (arXiv:2306.05685). Models
favour their own answers (ibid., self-enhancement bias), so that no model judges itself here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from llama_index.core.llms import ChatMessage

from paperqa.answering.wording import turns
from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics.correctness import wording
from paperqa.evaluation.response import Response
from paperqa.evaluation.score import Metric, Score
from paperqa.models.chat import ChatModel, load_chat
from paperqa.prompts import fenced
from paperqa.settings import Settings

_TEMPERATURE = 0.7  # of several replies to one request; a single one has none
_VERDICT = re.compile(r"VERDICT: (CORRECT|INCORRECT)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of an answer, and its sentence why."""

    correct: bool
    why: str


def judge_metrics(settings: Settings, tested: str, model: str, times: int) -> dict[str, Metric]:
    """The metrics of a judge that is asked `times` times (at least once) for each answer.

    `model` names it as PAPERQA_LLM does, `tested` the model that words the answers. Raises
    `InputError` where they are the same or `model` is none, and what `load_chat` raises.
    """
    if _name(model) == _name(tested):
        raise InputError(f"{model} can't judge its own answers; name another model as the judge")
    chat = load_chat(settings.model_copy(update={"llm": model}))
    if chat is None:
        raise InputError("the judge must be a model, not none; name one as PAPERQA_LLM would")
    judge = _Judge(chat, times)
    return {
        "judged_correct": Metric(judge.correct, f"the same as the reference, says {chat.name}"),
        "judge_agreement": Metric(judge.agreement, "verdicts that agree with the judge's majority"),
    }


class _Judge:
    def __init__(self, chat: ChatModel, times: int) -> None:
        self._chat, self._times = chat, times
        self._verdicts = cache(self._ask)  # both metrics read the same replies

    def correct(self, sample: Sample, response: Response) -> Score | None:
        """The majority's verdict and its reason; *unscored* without a majority.

        A refusal is right for an unanswerable question only, and needs no judge. Says nothing of
        lists, which have recall and precision, nor where there is no reference answer.
        """
        if not _is_gradable(sample):
            return None
        if response.refused:
            return Score(float(sample.kind == "unanswerable"), "refused")
        if response.model == self._chat.name:
            return Score(None, f"{response.model} can't judge its own answer")
        return _majority(self._verdicts(sample, wording(response)))

    def agreement(self, sample: Sample, response: Response) -> Score | None:
        """The share of the verdicts that agree with the majority, where there are two or more."""
        own = response.model == self._chat.name
        if not _is_gradable(sample) or response.refused or own:
            return None
        given = [v.correct for v in self._verdicts(sample, wording(response)) if v]
        if len(given) < 2:
            return None
        right = sum(given)
        return Score(max(right, len(given) - right) / len(given), f"{right} of {len(given)} for it")

    def _ask(self, sample: Sample, text: str) -> tuple[Verdict | None, ...]:
        messages = turns(
            "judge",
            question=fenced(" ".join((*sample.history, sample.question))),
            reference=fenced(_reference(sample)),
            keys=fenced("; ".join(" or ".join(group) for group in sample.keys) or "-"),
            answer=fenced(text),
        )
        return tuple(_read(self._reply(messages, seed)) for seed in range(1, self._times + 1))

    def _reply(self, messages: list[ChatMessage], seed: int) -> str:
        heat = _TEMPERATURE if self._times > 1 else 0.0
        return "".join(
            self._chat.in_turn(lambda: self._chat.reply(messages, {}, temperature=heat, seed=seed))
        )


def _is_gradable(sample: Sample) -> bool:
    return sample.kind != "list" and bool(_reference(sample))


def _reference(sample: Sample) -> str:
    """What a right answer says: for an unanswerable question that, and why, there is none."""
    if sample.kind != "unanswerable":
        return sample.reference
    reason = f" ({sample.reason})" if sample.reason else ""
    return f"The papers do not answer this{reason}. {sample.reference}"


def _read(reply: str) -> Verdict | None:
    """The verdict of the last line and the line before it; None where that is no verdict."""
    lines = ["", *(line.strip() for line in reply.splitlines() if line.strip())]
    found = _VERDICT.fullmatch(lines[-1])
    return Verdict(found[1] == "CORRECT", lines[-2]) if found else None


def _majority(verdicts: Sequence[Verdict | None]) -> Score:
    given = [verdict for verdict in verdicts if verdict]
    right = sum(verdict.correct for verdict in given)
    if 2 * len(given) < len(verdicts):
        return Score(None, f"only {len(given)} of {len(verdicts)} replies end in a verdict")
    if 2 * right == len(given):
        return Score(None, f"the judge is of two minds: {right} of {len(given)} for it")
    value = 2 * right > len(given)
    return Score(float(value), next(v.why for v in given if v.correct == value))


def _name(model: str) -> str:
    """The model's own name in a value of PAPERQA_LLM, wherever it is served."""
    return model.strip().rpartition("#")[2].removeprefix("openai:").rstrip("/")
