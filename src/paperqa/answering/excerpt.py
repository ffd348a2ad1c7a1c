"""What of a sentence is quoted where there is no room for all of it.

A sentence is cut at its edges alone, where it has a seam, and only so far as nothing goes that the
question asks about. The seams are those of trimming for summaries: Conroy et al. 2004 (Left-brain /
right-brain multi-document summarization) and Dorr et al. 2003 (Hedge Trimmer).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from paperqa.index.lexical import question_words, terms
from paperqa.relevance import has_figure, wants_amount
from paperqa.types import Sentence

IsTelling = Callable[[str], bool]

_LEAST = 5  # words that are left
_CUT = "…"
_BEFORE_CLAUSE = re.compile(
    r"(?<=,)\s+(?=(?:we|it|our|this|these|they|the|an?|[A-Z][\w-]*)\b)|(?<=[a-z] that)\s+"
)
_REPORTS = re.compile(
    r"\b(?:show|demonstrat|find|found|reveal|indicat|confirm|suggest|prov|observ|validat|report|"
    r"illustrat|highlight|verif|establish|conclud|note|notic)\w*(?: \w+){0,3} that$",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:no|not|never|nor|neither|contrary|whether|if|when|except|unless)\b", re.IGNORECASE
)
# What is said holds only so far.
_CONDITION = re.compile(
    r"(?:^|, )(?:when|if|under|given|with|without|for|on|at|after|before|across|among|over|unless|"
    r"until|only|although|though|despite|while|whereas|assuming|even|compared|except|not?|neither|"
    r"unlike|in (?!this\b|addition\b|particular\b|summary\b|contrast\b))\b",
    re.IGNORECASE,
)
_AFTER_CLAUSE = re.compile(
    r",\s+(?=(?:which|who|whose|where|thus|thereby|hence|therefore|so|while|whereas|even|especially|"
    r"particularly)\b|(?!including)\w+ing )|\s+(?=(?:while|whereas)\b)|(?<=;)\s+"
)


def telling(question: str, title: str) -> IsTelling:
    """Whether a text has to do with a question about the paper of that title.

    It does by one of the question's words that isn't in the title, or by a figure where an amount
    is asked for.
    """
    words = question_words(question).keys() - set(terms(title))
    amount = wants_amount(question)

    def is_telling(text: str) -> bool:
        return not words.isdisjoint(terms(text)) or (amount and has_figure(text))

    return is_telling if words else lambda _: True


def excerpts(
    sentences: Iterable[Sentence], room: int, is_telling: IsTelling
) -> dict[Sentence, str]:
    """Of sentences, best first, those that there is room for, in words, each as whole as it can."""
    chosen: dict[Sentence, str] = {}
    for sentence in sentences:
        more = chosen | {sentence: shortened(sentence.text, is_telling)}
        chosen = more if _count([*more.values()]) <= room else chosen
    for sentence in chosen:
        whole = chosen | {sentence: sentence.text}
        chosen = whole if _count([*whole.values()]) <= room else chosen
    return chosen


def shortened(sentence: str, is_telling: IsTelling) -> str:
    """A sentence without what leads to its matter and what follows from it; "…" is what was cut.

    >>> shortened("To this end, we add a gate to it, making it slow.", lambda text: "gate" in text)
    '…we add a gate to it…'
    """
    if not is_telling(sentence):
        return sentence
    start, end = 0, len(sentence)
    for seam in _BEFORE_CLAUSE.finditer(sentence):
        lead, rest = sentence[: seam.start()], sentence[seam.end() :]
        in_series = start and lead.endswith(",")  # the second comma may be one of an enumeration
        if is_telling(lead) or in_series or not _can_go(lead) or _count([rest]) < _LEAST:
            break
        start = seam.end()
    for seam in reversed([*_AFTER_CLAUSE.finditer(sentence, start)]):
        if is_telling(sentence[seam.end() :]) or _count([sentence[start : seam.start()]]) < _LEAST:
            break
        end = seam.start()
    left = sentence[start:end].rstrip(" ,;")
    return _CUT * (start > 0) + left + _CUT * (end < len(sentence))


def _can_go(lead: str) -> bool:
    """Whether a sentence says the same without its first words."""
    if _CONDITION.search(lead):
        return False
    return not lead.endswith("that") or bool(_REPORTS.search(lead) and not _DENIES.search(lead))


def _count(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)
