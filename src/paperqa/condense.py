"""A follow-up question made to stand alone, by rule: what it leaves open comes from before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from paperqa.naming import short_title
from paperqa.passages import count_tokens
from paperqa.types import Answer, Evidence, History, Paper

MAX_SUBJECT_TOKENS = 60
NEAR = 0.75  # of the best paper's fit
_NOUNS = (
    r"papers?|method|model|approach|authors?|network|system|work|study|framework|architecture|"
    r"technique|dataset|algorithm|survey|thesis"
)
_OF_NOTHING = (  # it is possible that, is it necessary to, how long does it take to
    r"(?: (?:is|was|be|seems?))? (?:(?:im)?possible|necessary|(?:(?:known|likely|true) )?that)\b|"
    r" takes?(?: long| \w+ \w+)? to\b"
)
_POINTS = re.compile(
    rf"\b(?:(?:that|this|these|those|the same|the former|the latter) (?:{_NOUNS})s?|"
    rf"the (?:{_NOUNS})(?! of\b)|it\b(?!{_OF_NOTHING})|its|they|them|their|theirs|these|those|this|"
    r"(?<=was )that|(?<=is )that|(?<=does )that|(?<=did )that|that(?=\W*$))\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"^\s*(?:and|but|also|then|so|ok(?:ay)?)\b[\s,]*", re.IGNORECASE)
_OWNS = frozenset(("its", "their", "theirs"))
_PARTS = ("author", "authors", "dataset", "datasets")  # of a paper; the other nouns stand for it


@dataclass(frozen=True, slots=True)
class Subject:
    """What a conversation is about: a name to put into a question, and the paper where known."""

    name: str
    paper_id: str | None = None


def subject_of(history: History) -> Subject | None:
    """The paper that was cited last, else the question asked last."""
    for turn in reversed(history):
        if isinstance(turn, Answer):
            if not turn.citations:
                return Subject(_trimmed(turn.standalone_question))
            first = turn.citations[0]
            return Subject(_name(first.title), first.paper_id)
        if turn.get("role") == "user":
            return Subject(_trimmed(str(turn.get("content", ""))))
    return None


def leans(question: str) -> bool:
    """Whether a question points at something that it doesn't name."""
    return bool(_POINTS.search(question))


def continues(subject: Subject, evidence: Sequence[Evidence]) -> bool:
    """Whether a question that points at nothing goes on about the subject all the same.

    It does where the subject's paper fits it about as well as any other: "In what languages were
    the data?" A new topic has a paper of its own that fits far better.
    """
    fits = {e.paper.id: e.similarity + e.coverage for e in evidence}
    own = fits.get(subject.paper_id or "", 0.0)
    return bool(fits) and own >= NEAR * max(fits.values())


def rewrite(question: str, subject: Subject) -> str:
    """`question` with the subject's name in the place of the first word that points at it.

    "The authors" become those of the subject. A subject that is no name (a question, say) is put
    behind it, and so is one without a place.
    """
    question = _LINK.sub("", question.strip())
    question = question[:1].upper() + question[1:]
    match = _POINTS.search(question)
    if not match or subject.paper_id is None:
        return f"{question} (about: {subject.name})"
    name, pointer = subject.name, match.group()
    if pointer.lower() in _OWNS:
        name = f"{name}'s"
    elif pointer.lower().endswith(_PARTS):
        name = f"{pointer} of {name}"
    return f"{question[: match.start()]}{name}{question[match.end() :]}"


def _name(title: str) -> str:
    name = short_title(Paper("", title, "", ""))
    return name if len(name.split()) <= 4 else f"“{title}”"


def _trimmed(text: str) -> str:
    """The last words of a text, as many as the subject of a question may have tokens."""
    words = text.split()
    while words and count_tokens(" ".join(words)) > MAX_SUBJECT_TOKENS:
        words = words[len(words) // 4 + 1 :]
    return " ".join(words)
