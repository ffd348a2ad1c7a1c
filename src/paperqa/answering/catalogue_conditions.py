"""Conditions on papers that a question sets: times, teams, orders, makers, titles, what is unknown.

`conditions` takes them out of a question one after the other; what is left is its topic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from paperqa.answering.catalogue_times import MONTH, in_times
from paperqa.answering.catalogue_words import LIBRARY, NEWEST, OLDEST, PAPERS, THEIR
from paperqa.quantities import NUMBER_WORDS

Asks = Literal[
    "papers", "count", "organizations", "years", "months", "fullest year", "emptiest year",
    "date", "organization", "team", "names",
]  # fmt: skip
FACTS: tuple[Asks, ...] = ("date", "organization", "team", "names")  # of one paper
Order = Literal["newest", "oldest", "largest team", "smallest team"]
Missing = Literal["date", "organization", "team"]
FAR = 9999


@dataclass(frozen=True, slots=True)
class CatalogueQuestion:
    """What is asked of which papers.

    `since` and `until` are ISO prefixes ("2022", "2022-07", "2022-07-15") and `team` a range of
    numbers of authors, both ends in. `by` is an organisation or an author, `missing` what isn't
    known of the papers; one of the words in `titled` stands in the title.
    """

    asks: tuple[Asks, ...]
    topic: str = ""
    since: str | None = None
    until: str | None = None
    team: tuple[int, int] | None = None
    by: str | None = None
    order: Order | None = None
    missing: Missing | None = None
    titled: tuple[str, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Whether it restricts the papers by what the catalogue knows of them."""
        return replace(self, asks=(), topic="") != CatalogueQuestion(())

    @property
    def asks_facts(self) -> bool:
        """Whether it asks for nothing but what is known of a paper."""
        return set(self.asks) <= set(FACTS)

    @property
    def years(self) -> tuple[int, int] | None:
        """The years that it restricts the papers to."""
        if self.since is None and self.until is None:
            return None
        return int((self.since or "0")[:4]), int((self.until or str(FAR))[:4])


_NUMBER = r"(\d{1,4}|" + "|".join(NUMBER_WORDS) + r")"
_COUNTS = NUMBER_WORDS | {"single": 1.0, "sole": 1.0}

Found = tuple[CatalogueQuestion, str]


def _range(template: str) -> Callable[[re.Match[str]], tuple[int, int]]:
    """How a match becomes a range: `=`, `>`, `>=`, `<`, `<=`, or `-` for two ends."""

    def numbers(match: re.Match[str]) -> tuple[int, int]:
        first, *rest = (_number(group) for group in match.groups() if group)
        return {
            "=": (first, first),
            ">": (first + 1, FAR),
            ">=": (first, FAR),
            "<": (0, first - 1),
            "<=": (0, first),
            "-": (first, rest[0] if rest else first),
        }[template]

    return numbers


def _number(text: str) -> int:
    return int(_COUNTS.get(text.lower(), text))


_MORE, _LESS = r"(?:more than|over|above)", r"(?:fewer than|less than|under|below)"
_AT_LEAST, _AT_MOST = r"(?:at least|no fewer than)", r"(?:at most|up to|no more than)"
_SOLE = r"(?:by\s+)?(?:just\s+|only\s+)?(?:an?\s+)?(single|sole)"
_EXACTLY = r"(?:(?:exactly|just|only|precisely|by|with|have|has|list)\s+)*"
_AUTHORS = tuple(
    (re.compile(pattern, re.IGNORECASE), _range(kind))
    for kind, pattern in (
        (">=", rf"\b{_AT_LEAST}\s+{_NUMBER}\s+authors?"),
        (">=", rf"\b{_NUMBER}\s+(?:or more\s+authors?|authors?\s+or more)\b"),
        ("<=", rf"\b{_AT_MOST}\s+{_NUMBER}\s+authors?"),
        ("<=", rf"\b{_NUMBER}\s+(?:or fewer\s+authors?|authors?\s+or fewer)\b"),
        (">", rf"\b{_MORE}\s+{_NUMBER}\s+authors?"),
        ("<", rf"\b{_LESS}\s+{_NUMBER}\s+authors?"),
        ("-", rf"\bbetween\s+{_NUMBER}\s+and\s+{_NUMBER}\s+authors?"),
        ("=", rf"\b{_EXACTLY}{_NUMBER}[\s-]+authors?\b"),
        ("=", rf"\b{_SOLE}[\s-]+(?:authors?(?:ed)?|person)\b"),
    )
)
# "Written by at least two people", "by a team of eight": said as numbers of authors.
_HOW_MANY = (
    rf"((?:(?:exactly|just|only|{_MORE}|{_LESS}|{_AT_LEAST}|{_AT_MOST})\s+)?"
    rf"(?:{_NUMBER}(?:\s+or\s+(?:more|fewer))?))"
)
_PEOPLE = r"(?:authors?|people|persons?|researchers?|scientists?|contributors?)"
_TEAM = re.compile(
    rf"\b(written|authored|signed|{PAPERS})\s+by\s+{_HOW_MANY}\s+{_PEOPLE}\b|"
    rf"\b(?:by|with|from|ha[sv]e?)\s+an?\s+(?:author\s+)?(?:team|group)\s+of\s+{_HOW_MANY}\b"
    rf"(?:\s+{_PEOPLE}\b|(?=\W*$|,|\s+(?:in|from|since|after|before|on|about)\b))",
    re.IGNORECASE,
)

# "The three newest papers", not "the newest layer".
_OF_THEM = (
    rf"(?:\s+{_NUMBER})?(?=(?:\s+of)?{THEIR}{{0,5}}?\s+(?:{PAPERS}|ones?)\b|\s+(?:on|about)\b|"
    rf"\s+in (?:the|our|this) {LIBRARY}\b|\W*$)"
)
_ORDERS: tuple[tuple[Order, re.Pattern[str]], ...] = (
    ("largest team", re.compile(
        r"\b(?:the\s+)?(?:longest (?:author lists?|lists? of authors)|most authors|"
        r"(?:largest|highest|biggest|greatest) number of authors|(?:largest|biggest) team)\b",
        re.IGNORECASE)),
    ("smallest team", re.compile(
        r"\b(?:the\s+)?(?:shortest (?:author lists?|lists? of authors)|fewest authors|"
        r"(?:smallest|lowest) number of authors|smallest team)\b", re.IGNORECASE)),
    ("newest", re.compile(rf"\b(?:{_NUMBER}\s+)?(?<!at the ){NEWEST}\b{_OF_THEM}", re.IGNORECASE)),
    ("oldest", re.compile(rf"\b(?:{_NUMBER}\s+)?(?<!at the ){OLDEST}\b{_OF_THEM}", re.IGNORECASE)),
)  # fmt: skip
_BY = re.compile(
    rf"{PAPERS}\s+(?:(?:on|about)\s[^,;?]*?\s(?=(?:are|is|were|was|published|written)\s))?"
    r"(?:(?:are|is|were|was|comes?|do we have|published|written)\s+)*(?:from|by)\s+"
    rf"(?!(?i:{MONTH})\W*$)((?:[A-Z][\w&.'-]*\s?)+)"
)
_OF = r"(?:the\s+|an?\s+|any\s+)?(?:known\s+)?"
_WHAT: tuple[tuple[Missing, str], ...] = (
    ("date", r"(?:publication\s+)?(?:years?|dates?)(?:\s+of\s+publication)?"),
    ("organization", r"(?:organi[sz]ations?|affiliations?|institutions?)"),
    ("team", r"(?:(?:number|count)s?\s+of\s+authors|author\s+counts?|team\s+sizes?)"),
)
_MISSING: tuple[tuple[Missing, re.Pattern[str]], ...] = (
    ("date", re.compile(r"\b(?:(?:is|are)\s+)?undated\b", re.IGNORECASE)),
    *(
        (
            what,
            re.compile(
                rf"\b(?:no|without|unknown|missing|lack(?:s|ing)?)\s+{_OF}{said}\b"
                r"(?:\s+is\s+known)?|"
                rf"\b{_OF}{said}\s+(?:is|are)\s+(?:not\s+known|unknown|missing)\b|"
                rf"\b(?:is|are)\s+{_OF}{said}\s+(?:not\s+known|unknown|missing)\b|"
                rf"\b(?:(?:do|does)\s+(?:we\s+|you\s+)?not|don['’]t)\s+"
                rf"(?:know|have|give|name)\s+{_OF}{said}\b",
                re.IGNORECASE,
            ),
        )
        for what, said in _WHAT
    ),
)

_SAY = (
    r"\b(?:that\s+)?(?:with|say(?:s|ing)?|contain(?:s|ing)?|ha(?:ve|s|ving)|mention(?:s|ing)?|"
    r"includ(?:e|es|ing)|carr(?:y|ies|ying)|bear(?:s|ing)?)\s+(?:either\s+)?"
)
_IN_TITLE = r"\s+in\s+(?:the|their|its)\s+titles?\b"
_QUOTED = r"(?<!\w)['\"‘“][^'\"‘’“”]+['\"’”](?!\w)"
_TITLED = re.compile(
    rf"{_SAY}(?:the\s+(?:words?|terms?|phrases?)\s+)?"
    rf"({_QUOTED}(?:[\s(,]+(?:or\s+)?{_QUOTED})*)\)?(?:{_IN_TITLE})?|"
    rf"{_SAY}the\s+(?:word|term)\s+([\w-]+)(?:{_IN_TITLE})?|{_SAY}([\w-]+){_IN_TITLE}",
    re.IGNORECASE,
)
_TITLES = re.compile(r"\btitles?\b", re.IGNORECASE)


def conditions(
    found: CatalogueQuestion, text: str, organizations: frozenset[str], *, dated: bool = False
) -> Found:
    """The conditions in `text`, and what is left of it without them.

    `dated`: any date in it is one of papers.
    """
    for pattern, to_range in _AUTHORS:
        if match := pattern.search(text):
            found, text = replace(found, team=to_range(match)), _without(text, match)
            break
    for order, pattern in _ORDERS:
        if match := pattern.search(text):
            found, text = replace(found, order=order), _without(text, match)
            break
    (since, until), text = in_times(text, surely=dated)
    found = replace(found, since=since, until=until)
    for name in sorted(organizations, key=len, reverse=True):
        spelled = re.escape(name)  # "Meta-learning" is not by Meta, "from meta" is
        said = rf"(?:(?<![\w-]){spelled}|\b(?i:(?:from|by)\s+{spelled}))(?![\w-])"
        if match := re.search(said, text):
            return replace(found, by=name), _without(text, match)
    if match := _BY.search(text):
        found, text = replace(found, by=match[1].strip()), _without(text, match, 1)
    return found, text


def plainly(text: str) -> str:
    """The question with teams and people said as numbers of authors."""
    return _TEAM.sub(lambda m: f"{m[1] or ''} with {m[2] or m[4]} authors", text)


def in_title(text: str) -> tuple[tuple[str, ...], str]:
    """The words that are asked for in titles, and the question without them."""
    match = _TITLED.search(text) if _TITLES.search(text) else None
    if match is None:
        return (), text
    quoted = re.findall(_QUOTED, match[1] or "")
    words = tuple(word[1:-1] for word in quoted) or (match[2] or match[3],)
    return words, _TITLES.sub("papers", _without(text, match))


def in_missing(text: str) -> tuple[Missing | None, str]:
    """What the papers that are asked for lack in the catalogue, and the question without it."""
    for what, pattern in _MISSING:
        if match := pattern.search(text):  # "how many don't have a date" still asks for a number
            return what, f"{text[: match.start()].rstrip()} have {text[match.end() :].lstrip()}"
    return None, text


def _without(text: str, match: re.Match[str], group: int = 0) -> str:
    return text[: match.start(group)] + " " + text[match.end(group) :]
