"""Conditions on papers that a question sets: years, months, numbers of authors, words in titles.

`conditions` takes them out of a question one after the other; what is left is its topic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from paperqa.quantities import NUMBER_WORDS

Asks = Literal[
    "papers", "count", "date", "organization", "n_authors", "authors", "fullest year",
    "emptiest year",
]  # fmt: skip
Order = Literal["newest", "oldest", "most authors", "fewest authors"]


@dataclass(frozen=True, slots=True)
class CatalogueQuestion:
    """What is asked of which papers. `years` and `n_authors` are ranges, both ends in.

    `by` is an organisation or an author, `month` one of a single year; one of the words in
    `titled` stands in the title.
    """

    asks: Asks
    topic: str = ""
    years: tuple[int, int] | None = None
    n_authors: tuple[int, int] | None = None
    by: str | None = None
    order: Order | None = None
    dated: bool | None = None
    month: int | None = None
    titled: tuple[str, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Whether it restricts the papers by what the catalogue knows of them."""
        known = (self.years, self.n_authors, self.by, self.order, self.dated)
        return known != ((None,) * 5) or bool(self.titled)


PAPERS = r"(?:papers?|works?|articles?|publications?|studies|study|surveys?|documents?|preprints?)"
# Words that may stand before "papers" and speak of them: no verb, no preposition.
THEIR = r"(?:\W+(?!(?:do|does|did|can|has|have|use|used|in|by|for|that|to|with|on|at)\s)[\w'’.-]+)"
PUBLISHED = r"(?:publish(?:ed)?|appear(?:s|ed)?|c[ao]me out|released?|written|dated)"
NEWEST = r"(?:newest|latest|most recent|youngest)"
OLDEST = r"(?:oldest|earliest)"
_YEAR = r"((?:19|20)\d\d)"
_NUMBER = r"(\d+|" + "|".join(NUMBER_WORDS) + r")"
_COUNTS = NUMBER_WORDS | {"single": 1.0, "sole": 1.0}
_FAR = 9999

# What stands before "in 2020" where that is the year of papers, not of the data they use.
_OF_PAPERS = re.compile(
    rf"(?:^|\b(?:{PAPERS}|what|everything|anything)(?:['’]s)?)(?:\s+(?:that|which|are|is|were|was|"
    rf"been|there|does|do|we|(?:the|our|your|this) (?:library|collection|catalogue)|hold|contain|"
    rf"have|with|but|and|dates?|dating|both|{PUBLISHED}))*"
    r"(?:\s+(?:on|about|by|from|did|has|have)\s(?:(?!\b(?:that|which|us\w+|with)\b)[^,;])*)?\W*$|"
    rf"(?<!that )(?<!which )\b(?:(?:are|is|were|was|been)(?: {PUBLISHED})?|appeared|came out)\W*$",
    re.IGNORECASE,
)
_YEAR_PAPERS = re.compile(rf"(?:'s)?{THEIR}{{0,4}}?\W+{PAPERS}\b", re.IGNORECASE)

Found = tuple[CatalogueQuestion, str]


def _range(template: str) -> Callable[[re.Match[str]], tuple[int, int]]:
    """How a match becomes a range: `=`, `>`, `>=`, `<`, `<=`, or `-` for two ends."""

    def numbers(match: re.Match[str]) -> tuple[int, int]:
        first, *rest = (_number(group) for group in match.groups() if group)
        return {
            "=": (first, first),
            ">": (first + 1, _FAR),
            ">=": (first, _FAR),
            "<": (0, first - 1),
            "<=": (0, first),
            "-": (first, rest[0] if rest else first),
        }[template]

    return numbers


def _number(text: str) -> int:
    return int(_COUNTS.get(text.lower(), text))


_IN = r"(?:(?:(?:in|of|from|during)\s+(?:the\s+year\s+)?|dated\s+))?"
_ON = r"(?:onwards?\b|on\W*$|or later\b)"  # "from 2020 on fog" has a topic
_OR_LATER = rf"(?:(?:or|and)\s+(?:later|after|newer)\b(?!\s+{_YEAR})|at the earliest\b)"
_OR_EARLIER = rf"(?:(?:or|and)\s+(?:earlier|before|older)\b(?!\s+{_YEAR})|at the latest\b)"
_YEARS = tuple(
    (re.compile(pattern, re.IGNORECASE), _range(kind))
    for kind, pattern in (
        ("-", rf"\b(?:between|from)\s+{_YEAR}\s+(?:and|to|until|till|through)\s+{_YEAR}"),
        ("-", rf"\b{_IN}{_YEAR}\s*[-–—]\s*{_YEAR}\b"),
        (">=", rf"\b(?:since|starting (?:in|from)|from)\s+{_YEAR}\s+{_ON}"),
        (">=", rf"\b(?:since|not? (?:earlier|older) than)\s+{_YEAR}|\b{_IN}{_YEAR}\s+{_OR_LATER}"),
        ("<=", rf"\b(?:until|till|up to|by|not? later than)\s+{_YEAR}|"
         rf"\b{_IN}{_YEAR}\s+{_OR_EARLIER}"),
        (">", rf"\b(?:from\s+)?(?:after|(?:later|newer|more recent) than)\s+{_YEAR}"),
        ("<", rf"\b(?:from\s+)?(?:before|(?:earlier|older) than|prior to)\s+{_YEAR}"),
        ("=", rf"\b{_IN}{_YEAR}\b(?!\s+(?:challenge|dataset|benchmark|classes|images))"),
    )
)  # fmt: skip
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(  # "since May 2020" isn't read: the catalogue is restricted by whole years
    r"(?:^|(?<!since)(?<!after)(?<!before)(?<!until)(?<!than)(?<!\bto)(?<!\bby)(?<!\band)"
    r"(?<!between)(?<!\btill)(?<!starting in)(?<!starting from)\s)"
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?,?\s+(?:of\s+)?"
    rf"(?={_YEAR}\b(?!\s*(?:to|until|till|through|and|or|onwards?|at|[-–—])))",
    re.IGNORECASE,
)

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
_PEOPLE = r"(?:authors|people|persons|researchers|scientists)"
_TEAM = re.compile(
    rf"\b(written|authored|signed|{PAPERS})\s+by\s+{_HOW_MANY}\s+{_PEOPLE}\b|"
    rf"\b(?:by|with|from|ha[sv]e?)\s+an?\s+(?:author\s+)?(?:team|group)\s+of\s+{_HOW_MANY}\b"
    rf"(?:\s+{_PEOPLE}\b|(?=\W*$|,|\s+(?:in|from|since|after|before|on|about)\b))",
    re.IGNORECASE,
)

# "The three newest papers", not "the newest layer".
_OF_THEM = (
    rf"(?:\s+{_NUMBER})?(?=(?:\s+of)?{THEIR}{{0,5}}?\s+(?:{PAPERS}|ones?)\b|\s+(?:on|about)\b|"
    r"\s+in (?:the|our|this) (?:library|collection|catalogue)\b|\W*$)"
)
_ORDERS: tuple[tuple[Order, re.Pattern[str]], ...] = (
    ("most authors", re.compile(
        r"\b(?:the\s+)?(?:longest (?:author lists?|lists? of authors)|most authors|"
        r"(?:largest|highest|biggest|greatest) number of authors)\b", re.IGNORECASE)),
    ("fewest authors", re.compile(
        r"\b(?:the\s+)?(?:shortest (?:author lists?|lists? of authors)|fewest authors|"
        r"(?:smallest|lowest) number of authors)\b", re.IGNORECASE)),
    ("newest", re.compile(rf"\b(?:{_NUMBER}\s+)?(?<!at the ){NEWEST}\b{_OF_THEM}", re.IGNORECASE)),
    ("oldest", re.compile(rf"\b(?:{_NUMBER}\s+)?(?<!at the ){OLDEST}\b{_OF_THEM}", re.IGNORECASE)),
)  # fmt: skip
_BY = re.compile(
    rf"{PAPERS}\s+(?:(?:on|about)\s[^,;?]*?\s(?=(?:are|is|were|was|published|written)\s))?"
    r"(?:(?:are|is|were|was|comes?|do we have|published|written)\s+)*(?:from|by)\s+"
    r"((?:[A-Z][\w&.'-]*\s?)+)"
)
_UNDATED = re.compile(r"\b(?:no|without(?: an?)?|unknown) (?:known )?(?:year|date)s?\b", re.I)

_SAY = (
    r"\b(?:that\s+)?(?:with|say(?:s|ing)?|contain(?:s|ing)?|ha(?:ve|s|ving)|mention(?:s|ing)?|"
    r"includ(?:e|es|ing))\s+(?:either\s+)?"
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


def conditions(found: CatalogueQuestion, text: str, organizations: frozenset[str]) -> Found:
    """The conditions in `text`, and what is left of it without them."""
    for pattern, to_range in _AUTHORS:
        if match := pattern.search(text):
            found, text = replace(found, n_authors=to_range(match)), _without(text, match)
            break
    for order, pattern in _ORDERS:
        if match := pattern.search(text):
            found, text = replace(found, order=order), _without(text, match)
            break
    if match := _UNDATED.search(text):
        found, text = replace(found, dated=False), _without(text, match)
    found, text = _in_years(found, text)
    for name in sorted(organizations, key=len, reverse=True):
        spelled = re.escape(name)  # "meta learning" is not by Meta, "from meta" is
        match = re.search(rf"\b{spelled}\b|\b(?i:(?:from|by)\s+{spelled})\b", text)
        if match:
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


def _in_years(found: CatalogueQuestion, text: str) -> Found:
    month = _MONTH.search(text)
    if month:
        text = _without(text, month)
    for pattern, to_range in (*_YEARS, *_YEARS):  # "after 2020 but no later than 2022"
        match = next((m for m in pattern.finditer(text) if _dates_papers(m)), None)
        if match is None:
            continue
        (low, high), (first, last) = found.years or (0, _FAR), to_range(match)
        found = replace(found, years=(max(low, first), min(high, last)))
        text = _without(text, match)
        if first and last < _FAR:
            break
    if month and found.years and found.years[0] == found.years[1]:
        found = replace(found, month=_MONTHS.index(month[1][:3].lower()) + 1)
    return found, text


def _dates_papers(match: re.Match[str]) -> bool:
    """Whether a year is when papers were published: "papers from 2020", "the 2020 papers"."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    of_them = _YEAR_PAPERS.match(after) and not re.search(rf"\b{PAPERS}\b", before, re.I)
    if match.group()[0].isdigit() or (match.group().lower().startswith("of ") and of_them):
        return bool(of_them)
    return bool(_OF_PAPERS.search(before))


def _without(text: str, match: re.Match[str], group: int = 0) -> str:
    return text[: match.start(group)] + " " + text[match.end(group) :]
