"""Which papers a question names: by title, by the name before the colon, by acronym.

"How do Mamba and ConvNeXt …" names two papers: one has the name in its title, the other
introduces it in its abstract ("dubbed ConvNeXt"). A name that many papers speak of (ViT, ImageNet)
names none of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from paperqa.types import Paper

_WORD = re.compile(r"\w[\w+-]*\w|\w")
_NAME = re.compile(r"[^\W\d_]-?\d|[a-z][A-Z]|[A-Z]{2}")  # GPT-4, MiniLM, BERT
_GENERIC = re.compile(r"\s+(?:transformers?|networks?|models?|attention|architecture)$", re.I)
_DUBS = re.compile(
    r"\b(?:call(?:ed)?|dub(?:bed)?|nam(?:ed|ely)|term(?:ed)?|coined?)(?:\s+as)?\s+"
    r"(?:the\s+)?([\w+-]+\w)"
)
_INTRODUCES = re.compile(
    r"\b(?:propos|present|introduc|develop|describ)\w*((?:\s+\S+){1,9})|\(([\w+-]+)\)"
)
_MAX_SPEAKERS = 3
_ORDINARY = 6  # shorter words in small letters are hardly ever meant as names


def named_papers(question: str, papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """The papers among `papers` that `question` names, in the order of their mention.

    `papers` come best first. Of several names at one place the longest counts, and then the
    surest; of two papers that go by one name, the first is taken.
    """
    found: dict[int, Paper] = {}
    names = [(name, sure, paper) for paper in papers for name, sure in _names(paper).items()]
    names.sort(key=lambda item: (-len(item[0]), not item[1]))
    for flags in (re.NOFLAG, re.IGNORECASE):  # the spelling itself before another case of it
        for name, sure, paper in names:
            match = _find(name, question, flags)
            if match is None or paper in found.values():
                continue
            if not sure and any(name in _names(other) for other in found.values()):
                continue  # it speaks of what another paper, named already, speaks of too
            if _is_meant(match.group(), sure, papers):
                found[match.start()] = paper
                question = question.replace(match.group(), " " * len(match.group()))
    return tuple(paper for _, paper in sorted(found.items()))


def speaks_of(paper: Paper, other: Paper, question: str) -> bool:
    """Whether a paper mentions another by a name that the question has for it."""
    text = f"{paper.title} {paper.text}"
    used = (name for name in _names(other) if _find(name, question, re.IGNORECASE))
    return any(_find(name, text, re.IGNORECASE) for name in used)


def short_title(paper: Paper) -> str:
    """The name before the colon of a title, or the whole title."""
    return re.split(r":\s|\s[-–—]{1,2}\s", paper.title, maxsplit=1)[0]


@lru_cache(maxsize=4096)
def _names(paper: Paper) -> dict[str, bool]:
    """What a paper goes by, and whether that is beyond doubt: a title, a name it is dubbed."""
    start, words = short_title(paper), paper.title.split()
    titles = [paper.title, start, _GENERIC.sub("", start)]
    titles += [" ".join(words[:n]) for n in range(len(words) - 1, 2, -1)]
    titles += [name for name in _DUBS.findall(paper.abstract) if _NAME.search(name)]
    others = _WORD.findall(start)
    others += _WORD.findall(str(_INTRODUCES.findall(paper.abstract)))
    names = {name: False for name in others if _NAME.search(name)} | dict.fromkeys(titles, True)
    return {name: sure for name, sure in names.items() if len(name) > 2}


def _is_meant(written: str, sure: bool, papers: Sequence[Paper]) -> bool:
    if " " in written:
        return True
    if written.islower() and len(written) < _ORDINARY:
        return False
    return (sure and not written.islower()) or _speakers(written, papers) <= _MAX_SPEAKERS


def _find(name: str, question: str, flags: re.RegexFlag) -> re.Match[str] | None:
    pattern = rf"(?<![\w-]){re.escape(name.removesuffix('s'))}s?(?!\w)"
    return re.search(pattern, question, flags)


def _speakers(word: str, papers: Sequence[Paper]) -> int:
    """How many of the papers write a word in just this way."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?!\w)")
    return sum(bool(pattern.search(f"{paper.title} {paper.text}")) for paper in papers)
