"""A follow-up question made to stand alone, by rule: what it leaves open comes from before."""

from __future__ import annotations

import re

from paperqa.types import Answer, History

_LEANS = re.compile(
    r"^(and|but|also|what about|how about|then|so)\b|"
    r"\b(it|its|they|them|their|theirs|this|these|those|"
    r"the (?:same|former|latter|paper|method|model|authors?|approach))\b",
    re.IGNORECASE,
)


def condense(question: str, history: History) -> str:
    """`question` with the subject of the last turn, where it leans on it; else unchanged."""
    if not history or not _LEANS.search(question):
        return question
    subject = _subject(history)
    return f"{question.rstrip()} (about: {subject})" if subject else question


def _subject(history: History) -> str:
    """The paper that was cited last, else the last question asked."""
    for turn in reversed(history):
        if isinstance(turn, Answer):
            return turn.citations[0].title if turn.citations else turn.standalone_question
        if turn.get("role") == "user":
            return str(turn.get("content", "")).strip()
    return ""
