"""Questions that the catalogue answers exactly: dates, organisations, authors, counts.

`read` takes the conditions out of a question one after the other (years, numbers of authors, an
order); what is left is its topic. A question without any condition isn't one for the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from paperqa.index.lexical import question_terms
from paperqa.quantities import NUMBER_WORDS

Asks = Literal["papers", "count", "date", "organization", "n_authors", "authors"]
Order = Literal["newest", "oldest", "most authors", "fewest authors"]

_PAPERS = r"(?:papers?|works?|articles?|publications?|studies|study|surveys?|documents?|preprints?)"
_YEAR = r"((?:19|20)\d\d)"
_NUMBER = r"(\d+|" + "|".join(NUMBER_WORDS) + r")"
_COUNTS = NUMBER_WORDS | {"single": 1.0, "sole": 1.0}
_FAR = 9999


@dataclass(frozen=True, slots=True)
class CatalogueQuestion:
    """What is asked of which papers. `years` and `n_authors` are ranges, both ends in.

    `by` is an organisation or an author.
    """

    asks: Asks
    topic: str = ""
    years: tuple[int, int] | None = None
    n_authors: tuple[int, int] | None = None
    by: str | None = None
    order: Order | None = None
    dated: bool | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether it restricts the papers by what the catalogue knows of them."""
        return (self.years, self.n_authors, self.by, self.order, self.dated) != ((None,) * 5)


# Words that may stand before "papers" and speak of them: no verb, no preposition.
_THEIR = r"(?:\W+(?!(?:do|does|did|can|has|have|use|used|in|by|for|that|to|with|on|at)\s)[\w'’.-]+)"
_WROTE = r"(?:wrote|authored|signed|worked on|are (?:named|listed|behind))"
_PUBLISHED = r"(?:publish(?:ed)?|appear(?:s|ed)?|c[ao]me out|released?|written|dated)"
# "What year is Swin from" asks the catalogue; "what year is the data from" asks the paper.
_IS_FROM = (
    r"(?:is|was|does|did|are the authors)\b(?! (?:the|its) (?:\S+ )?(?:data\w*|corpus|text)\b)"
    r".*\bfrom\W*$"
)
_SAID_IN_THEM = r" (?:do|does|did)\b(?!.*\b(?:publish|write|release|have|hold|contain|list)\b)"
_ASKS: tuple[tuple[Asks, str], ...] = (
    ("n_authors", r"how many (?:co-?)?authors\b|\bnumber of authors\b|\b(?:more|fewer) authors\b"),
    ("n_authors", rf"how many (?:people|persons|researchers|scientists)\b.*\b{_WROTE}\b"),
    ("count", rf"how many{_THEIR}{{0,6}}?\W+{_PAPERS}\b(?!{_SAID_IN_THEM})"),
    ("count", rf"(?:what is the )?(?:number|count) of (?:\S+ ){{0,3}}?{_PAPERS}\b"),
    ("date", rf"\bwhen (?:was|were|did|is)\b.*\b{_PUBLISHED}\b|\bhow old is\b"),
    ("date", rf"\b(?:what|which) (?:year|date)s?\b.*\b{_PUBLISHED}\b|\bpublication date\b"),
    ("date", rf"\b(?:when|(?:what|which) (?:year|date)) {_IS_FROM}"),
    ("date", rf"\bwhich (?:(?:one|{_PAPERS}) )?(?:came(?: out)?|appeared|was published|is) "
     r"(?:first|earlier|later|older|newer)\b(?! to\b)"),
    ("organization", r"\b(?:which|what) (?:organi[sz]ations?|institutions?|compan(?:y|ies)|labs?|"
     r"universit(?:y|ies)|groups?(?! of)) (?:.*\b(?:behind|published|released|wrote)\b|"
     rf"{_IS_FROM})"),
    ("organization", r"\bwho (?:is|are|was|stands?)\b.*\bbehind\b|\baffiliations? of\b"),
    ("authors", r"\bwho (?:wrote|authored|(?:is|are|was|were) the (?:\w+ )?authors?)\b"),
)  # fmt: skip

_NEWEST = r"(?:newest|latest|most recent|youngest)"
_OLDEST = r"(?:oldest|earliest)"
_PAPERS_ASKED = re.compile(
    rf"(?:^\W*(?:the|all|{_NEWEST}|{_OLDEST})|\b(?:which|what|list|name|show|find|give|is there|"
    rf"are there|any))\b{_THEIR}{{0,8}}?\W+{_PAPERS}\b|"
    r"\bwhat (?:was|were|has been|is|are) (?:published|written|there|dated)\b|"
    rf"\bwhat (?:appeared|came out)\b|\bwhich (?:one )?(?:is|was) the\b|\b{_NEWEST} (?:on|about)\b",
    re.IGNORECASE,
)
# What stands before "in 2020" where that is the year of papers, not of the data they use.
_OF_PAPERS = re.compile(
    rf"(?:^|\b(?:{_PAPERS}|what))"
    rf"(?:\s+(?:that|which|are|is|were|was|been|there|do|we|have|with|{_PUBLISHED}))*"
    r"(?:\s+(?:on|about|by|from|did|has|have)\s(?:(?!\b(?:that|which|us\w+|with)\b)[^,;])*)?\W*$|"
    rf"(?<!that )(?<!which )\b(?:(?:are|is|were|was|been)(?: {_PUBLISHED})?|appeared|came out)\W*$",
    re.IGNORECASE,
)
_YEAR_PAPERS = re.compile(rf"(?:'s)?{_THEIR}{{0,4}}?\W+{_PAPERS}\b", re.IGNORECASE)

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
_YEARS = tuple(
    (re.compile(pattern, re.IGNORECASE), _range(kind))
    for kind, pattern in (
        ("-", rf"\b(?:between|from)\s+{_YEAR}\s+(?:and|to|until|through)\s+{_YEAR}"),
        ("-", rf"\b{_IN}{_YEAR}\s*[-–—]\s*{_YEAR}\b"),
        (">=", rf"\b(?:since|starting (?:in|from)|from)\s+{_YEAR}\s+{_ON}"),
        (">=", rf"\bsince\s+{_YEAR}|\b{_IN}{_YEAR}\s+or later"),
        (">", rf"\b(?:after|later than|newer than)\s+{_YEAR}"),
        ("<", rf"\b(?:before|earlier than|older than|prior to)\s+{_YEAR}"),
        ("<=", rf"\b(?:until|up to|by)\s+{_YEAR}|\b{_IN}{_YEAR}\s+or earlier"),
        ("=", rf"\b{_IN}{_YEAR}\b(?!\s+(?:challenge|dataset|benchmark|classes|images))"),
    )
)  # fmt: skip
_SOLE = r"(?:by\s+)?(?:just\s+|only\s+)?(?:an?\s+)?(single|sole)"
_EXACTLY = r"(?:(?:exactly|just|only|precisely|by|with|have|has|list)\s+)*"
_AUTHORS = tuple(
    (re.compile(pattern, re.IGNORECASE), _range(kind))
    for kind, pattern in (
        (">=", rf"\b(?:at least|no fewer than)\s+{_NUMBER}\s+authors?"),
        (">=", rf"\b{_NUMBER}\s+(?:or more\s+authors?|authors?\s+or more)\b"),
        ("<=", rf"\b(?:at most|up to|no more than)\s+{_NUMBER}\s+authors?"),
        ("<=", rf"\b{_NUMBER}\s+(?:or fewer\s+authors?|authors?\s+or fewer)\b"),
        (">", rf"\b(?:more than|over|above)\s+{_NUMBER}\s+authors?"),
        ("<", rf"\b(?:fewer than|less than|under|below)\s+{_NUMBER}\s+authors?"),
        ("-", rf"\bbetween\s+{_NUMBER}\s+and\s+{_NUMBER}\s+authors?"),
        ("=", rf"\b{_EXACTLY}{_NUMBER}[\s-]+authors?\b"),
        ("=", rf"\b{_SOLE}[\s-]+(?:authors?(?:ed)?|person)\b"),
    )
)
# "The three newest papers", not "the newest layer".
_OF_THEM = (
    rf"(?:\s+{_NUMBER})?(?=(?:\s+of)?{_THEIR}{{0,5}}?\s+(?:{_PAPERS}|ones?)\b|\s+(?:on|about)\b|"
    r"\s+in (?:the|our|this) (?:library|collection|catalogue)\b|\W*$)"
)
_ORDERS: tuple[tuple[Order, re.Pattern[str]], ...] = (
    ("most authors", re.compile(
        r"\b(?:the\s+)?(?:longest (?:author lists?|lists? of authors)|most authors|"
        r"(?:largest|highest|biggest|greatest) number of authors)\b", re.IGNORECASE)),
    ("fewest authors", re.compile(r"\b(?:shortest author lists?|fewest authors)\b", re.IGNORECASE)),
    ("newest", re.compile(rf"\b(?:{_NUMBER}\s+)?{_NEWEST}\b{_OF_THEM}", re.IGNORECASE)),
    ("oldest", re.compile(rf"\b(?:{_NUMBER}\s+)?{_OLDEST}\b{_OF_THEM}", re.IGNORECASE)),
)  # fmt: skip
_BY = re.compile(
    rf"{_PAPERS}\s+(?:(?:on|about)\s[^,;?]*?\s(?=(?:are|is|were|was|published|written)\s))?"
    r"(?:(?:are|is|were|was|comes?|do we have|published|written)\s+)*(?:from|by)\s+"
    r"((?:[A-Z][\w&.'-]*\s?)+)"
)
_EXCLUDES = re.compile(
    rf"(?:\bnot|n['’]t)\s+(?:been\s+|exactly\s+)?(?:{_PUBLISHED}|have|from|by|in|of)\b|"
    r"\b(?:except|excluding|other than)\b",
    re.IGNORECASE,
)
_UNDATED = re.compile(r"\b(?:no|without(?: an?)?|unknown) (?:known )?(?:year|date)s?\b", re.I)
_FILLER = frozenset(
    "papers paper works work article articles publication publications study studies published "
    "document documents preprint preprints "
    "publish written wrote appear appeared dated date released collection library here have got "
    "list lists listed author authors exactly just newest latest oldest earliest come comes came "
    "one most recent out there them group number people total altogether all year years known "
    "we us our me tell from by on with at of about to do does has which what who whose name names "
    "paper's what's "
    "present presents deal deals describe describes report reports concern concerning".split()
)


def read(question: str, organizations: frozenset[str] = frozenset()) -> CatalogueQuestion | None:
    """What a question asks of the catalogue, or None where it asks for what papers say.

    `organizations` are those that the catalogue knows.
    """
    asks = next((asks for asks, p in _ASKS if re.search(p, question, re.IGNORECASE)), None)
    found, rest = _conditions(CatalogueQuestion(asks or "papers"), question, organizations)
    if asks == "n_authors" and found.is_filtered:
        found = replace(found, asks="papers")  # each paper is listed with its number of authors
    elif asks in ("date", "organization", "n_authors", "authors"):
        return found
    if not found.is_filtered and asks != "count":
        return None
    if (asks is None and not _PAPERS_ASKED.search(question)) or _EXCLUDES.search(question):
        return None  # it isn't papers that are asked for, or those that a filter would leave out
    topic = " ".join(
        word
        for word in re.findall(r"[\w'-]+", rest)
        if word.lower() not in _FILLER and question_terms(word)
    )
    if asks == "count" and not found.is_filtered and topic:
        return None  # "how many papers did the survey review?" is for the survey to say
    return replace(found, topic=topic)


def _conditions(found: CatalogueQuestion, text: str, organizations: frozenset[str]) -> Found:
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
    for pattern, to_range in _YEARS:
        if match := next((m for m in pattern.finditer(text) if _dates_papers(m)), None):
            found, text = replace(found, years=to_range(match)), _without(text, match)
            break
    for name in sorted(organizations, key=len, reverse=True):
        spelled = re.escape(name)  # "meta learning" is not by Meta, "from meta" is
        match = re.search(rf"\b{spelled}\b|\b(?i:(?:from|by)\s+{spelled})\b", text)
        if match:
            return replace(found, by=name), _without(text, match)
    if match := _BY.search(text):
        found, text = replace(found, by=match[1].strip()), _without(text, match, 1)
    return found, text


def _dates_papers(match: re.Match[str]) -> bool:
    """Whether a year is when papers were published: "papers from 2020", "the 2020 papers"."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    if match.group()[0].isdigit():
        return bool(_YEAR_PAPERS.match(after)) and not re.search(rf"\b{_PAPERS}\b", before, re.I)
    return bool(_OF_PAPERS.search(before))


def _without(text: str, match: re.Match[str], group: int = 0) -> str:
    return text[: match.start(group)] + " " + text[match.end(group) :]
