"""Questions to begin with and to go on with, made by rule from what the papers are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from paperqa.naming import short_title
from paperqa.types import Paper
from paperqa.ui.cards import Row

N = 4
FOR_SAMPLE = (
    "Which papers replace softmax attention?",
    "How does EcoFormer save energy?",
    "How do Mamba and DeltaNet differ?",
    "Which papers are from 2024?",
)
_NAME_WORDS = 3
_LITTLE = frozenset(
    "a an and are as at by for from in into is it of on or over that the to toward towards using "
    "via with without".split()
)
_LOOKED_AT = 4
_PLURAL = re.compile(r"[a-rt-z]s$")  # Transformers, not ALBERTS or CrossPass
_PLAIN = re.compile(r"(?:A|[A-Z]?[a-z]+(?:-[A-Za-z]?[a-z]+)*)$")  # neither acronym nor name


def first_questions(papers: Sequence[Paper]) -> list[str]:
    """At most `N` questions that a library with these papers can answer."""
    titles = [paper.title for paper in papers if paper.title]
    names = [name for title in titles if (name := _name(title))]
    questions = [f"Which papers are about “{phrase}”?" for phrase in _shared_phrases(titles)[:1]]
    questions += [_how(name) for name in names[:1]]
    if len(names) > 2:
        questions.append(f"How do {names[1]} and {names[2]} differ?")
    if years := [paper.year for paper in papers if paper.year]:
        questions.append(f"Which papers are from {max(years)}?")
    questions += [f"What is “{title}” about?" for title in titles]
    return questions[:N]


def follow_ups(answer: Row, asked: Collection[str]) -> list[str]:
    """At most three questions to go on with, none of those in `asked`."""
    titles = list(dict.fromkeys(c["title"] for c in answer["citations"]))
    if not titles:
        nearest = [row["title"] for row in answer["evidence"] if row["title"]]
        candidates = [f"What is “{title}” about?" for title in nearest]
    else:
        candidates = _about(titles)
    known = {question.casefold() for question in asked}
    return [question for question in candidates if question.casefold() not in known][:3]


def _about(titles: Sequence[str]) -> list[str]:
    names = [name for title in titles[:_LOOKED_AT] if (name := _name(title))]
    first = _name(titles[0]) or f"“{titles[0]}”"
    questions = [_how(first), f"What results does {first} report?"]
    if len(names) > 1:
        questions.insert(0, f"How do {names[0]} and {names[1]} differ?")
    if topic := _topic(titles[0]):
        questions.insert(2, f"Which other papers are about {topic}?")
    return [*questions, f"What are the limits of {first}?"]


def _how(name: str) -> str:
    return f"How {'do' if _PLURAL.search(name) else 'does'} {name} work?"


def _name(title: str) -> str:
    """The name that a title begins with, as in “Mamba: Linear-Time …”; empty without one."""
    name = short_title(Paper("", title, "", ""))
    return name if name != title and len(name.split()) <= _NAME_WORDS else ""


def _topic(title: str) -> str:
    """What a title says behind the name, in small letters save for acronyms; empty without one."""
    said = title.removeprefix(_name(title) or title).lstrip(" :–—-").rstrip("?.! ")
    return " ".join(w.lower() if _PLAIN.match(w) else w for w in said.split())


def _shared_phrases(titles: Iterable[str]) -> list[str]:
    """Two words in a row that several titles have, the most frequent first."""
    counts: Counter[str] = Counter()
    for title in titles:
        words = re.findall(r"[\w-]+|[^\w\s]", title.lower())
        counts.update({f"{a} {b}" for a, b in pairwise(words) if _tells(a) and _tells(b)})
    return [phrase for phrase, n in counts.most_common() if n > 1]


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in _LITTLE and word[0].isalpha()
