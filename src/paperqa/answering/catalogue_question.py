"""Questions that the catalogue answers exactly: dates, organisations, authors, counts.

`read` finds what is asked and the conditions on the papers (`catalogue_conditions`); the rest is
the topic. A question without any condition isn't one for the catalogue.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from paperqa.answering.catalogue_conditions import (
    FACTS,
    Asks,
    CatalogueQuestion,
    Found,
    conditions,
    in_missing,
    in_title,
    plainly,
)
from paperqa.answering.catalogue_times import YEAR, first_day, last_day
from paperqa.answering.catalogue_words import (
    ENTRIES,
    LIBRARY,
    NEWEST,
    OLDEST,
    PAPERS,
    PUBLISHED,
    THEIR,
    telling,
)

_WROTE = (
    r"(?:wrote|authored|signed|worked on|are (?:named|listed|behind)|put (?:their|its) names? to)"
)
# "What year is Swin from" asks the catalogue; "what year is the data from" asks the paper.
_NO_DATA = r"\b(?! (?:the|its) (?:\S+ )?(?:data\w*|corpus|text|code)\b)"
_IS_FROM = rf"(?:is|was|does|did|are the authors){_NO_DATA}.*\bfrom\W*$"
_A_PAPER = rf"(?:(?:the|this|that) (?:\S+ ){{0,3}}?{PAPERS}\b|(?:the )?(?-i:[A-Z'\"‘“]))"
_NAME = r"(?:the )?(?-i:['\"‘“]?[A-Z]\S*(?: [A-Z\d]\S*| paper)*)"
_WHICH = r"\b(?:which|what)(?: exact| precise)?"
_MAKERS = r"(?:organi[sz]ation|institution|institute|company|lab|university|group)"
_OF_YEAR = rf"(?:of )?(?:the |our )?{PAPERS}\b(?!.*\b(?:does|did) (?:the|this)\b)"
_SAID_IN_THEM = r" (?:do|does|did)\b(?!.*\b(?:publish|write|release|have|hold|contain|list)\b)"
_ORGANIZATIONS = (
    r"(?:organi[sz]ations?|institutions?|institutes?|compan(?:y|ies)|labs?|universit(?:y|ies))"
)
_EACH = r"(?:per|(?:(?:in|for) )?(?:each|every)(?: known)?)"
_PAPERS_IN_EACH = (
    rf"\b(?:how many|number of|count)\b.{{0,60}}\b{PAPERS}(?: (?!do|does|did)\w+){{0,4}} {_EACH}"
)
_PATTERNS: tuple[tuple[Asks, str], ...] = (
    ("organizations", rf"^\W*(?:which|what|list|name|show)(?: me)?(?: all)?(?: the)? "
     rf"{_ORGANIZATIONS}(?:(?: or)? (?:{_ORGANIZATIONS}|are|is|there|occur|appear|named|listed|"
     rf"represented|known|as|anywhere))* (?:in|of) (?:the|our|your|this) {LIBRARY}\W*$|"
     rf"{_WHICH} {_MAKERS} (?:has |have )?(?:published |released |written )?the most {PAPERS}\W*$"),
    ("years", rf"{_PAPERS_IN_EACH} year\W*$|\bbreak(?:\b.{{0,60}}\b| ?)down\b.{{0,60}} by year\b"),
    ("months", rf"{_PAPERS_IN_EACH} month\b|"
     rf"{_WHICH} month\b.*\b(?:most|fewest|(?:larg|small|high|low)est number of) {_OF_YEAR}"),
    ("fullest year", rf"{_WHICH} year\b.*\b(?:most|(?:largest|highest) number of) {_OF_YEAR}"),
    ("emptiest year", rf"{_WHICH} year\b.*\b(?:fewest|(?:smallest|lowest) number of) {_OF_YEAR}"),
    ("date", rf"\bhow (?:many (?:days|weeks|months|years)|much time) (?:lies?|passed|are|is)"
     rf"(?: there)? between .*{_A_PAPER}.* and .*{_A_PAPER}"),
    ("team", r"how many (?:co-?)?authors\b|\bnumber of authors\b|"
     r"(?<!or )\b(?:more|fewer) authors\b|\bha(?:s|ve|d) the (?:small|larg|bigg)er team\b"),
    ("team", rf"how many (?:people|persons|researchers|scientists)\b.*\b{_WROTE}\b"),
    ("count", rf"how many{THEIR}{{0,6}}?\W+{PAPERS}\b(?!{_SAID_IN_THEM})"),
    ("count", rf"(?:what is the )?(?:number|count) of (?:(?:\S+ ){{0,3}}?{PAPERS}|{ENTRIES})\b"),
    ("count", rf"^\W*(?:please )?count{THEIR}{{0,6}}?\W+{PAPERS}\b"),
    ("count", rf"how many {ENTRIES}\b(?!{_SAID_IN_THEM})"),
    ("count", r"^\W*(?:and )?how many (?:of (?:them|these|those) )?(?:with|list|ha[sv]e?|date)\b"),
    ("count", rf"^\W*(?:and )?how many (?:of (?:them|these|those) )?(?:(?:are|were) )?"
     rf"(?:{PUBLISHED}|from|by)\b"),
    ("date", rf"\bwhen (?:was|were|did|is){_NO_DATA}.*\b{PUBLISHED}\b|\bhow old is {_A_PAPER}"),
    ("date", rf"{_WHICH} (?:year|month|date|day)s?\b(?! do\b).*\b{PUBLISHED}\b|"
     r"\bpublication date\b"),
    ("date", rf"\b(?:when|(?:what|which) (?:year|month|date)) {_IS_FROM}"),
    ("date", rf"\b(?:from|of) (?:which|what) (?:year|month) (?:is|are|was|does) {_A_PAPER}"),
    ("date", rf"\bwhich (?:(?:one|of the two|{PAPERS}|of {_A_PAPER}.* (?:and|or) {_A_PAPER}.*) )?"
     r"(?:came(?: out)?|appeared|was published|is) (?:the )?(?:first|earlier|later|older|newer)\b"
     r"(?! (?:to|\w+ed)\b)"),
    ("date", rf"\b{PUBLISHED}\b.*\bbefore or after {_A_PAPER}"),
    ("date", rf"^\W*(?:is it (?:true|correct) that |is |was |did ){_A_PAPER}.*\b"
     rf"(?:{PUBLISHED} (?:before|after|(?:earl|lat)\w+ than)|(?:older|newer) (?:or \w+ )?than) "
     rf"{_A_PAPER}"),
    ("date", rf"^\W*(?:is|was|did) {_NAME} (?:{PUBLISHED} |from |older |newer ).*\b{YEAR}\W*$"),
    ("organization", r"\b(?:which|what) (?:organi[sz]ations?|institutions?|compan(?:y|ies)|labs?|"
     r"universit(?:y|ies)|groups?(?! of)) (?:.*\b(?:behind|published|released|wrote)\b|"
     rf"{_IS_FROM})"),
    ("organization", rf"\b(?:(?:at|by|in|from) (?:which|what) {_MAKERS}(?: or {_MAKERS})?|where) "
     rf"(?:is|was|were|does|did) {_A_PAPER}.*\b(?:developed|created|made|built|written)\W*$"),
    ("organization", rf"\bfrom (?:which|what) {_MAKERS} (?:is|are|does|did) {_A_PAPER}|"
     rf"\b(?:which|what) {_MAKERS} (?:developed|created|made|built) {_A_PAPER}|"
     rf"\b(?:which|what) {_MAKERS} (?:do|did|are|were) (?:the|its) authors\b"),
    ("organization", r"\bwho (?:is|are|was|stands?)\b.*\bbehind\b|\baffiliations? of\b"),
    ("names", r"\bwho (?:wrote|authored|(?:is|are|was|were) the (?:\w+ )?authors?)\b|"
     r"\b(?:what|which|name|give|tell)\b.*\b(?:names? of the|first|last|lead|senior) "
     r"(?:\w+ )?authors?\b|^\W*(?:name|list|give)(?: me)? the (?:authors\b|names of)|"
     r"\bauthors['’] names\b|^\W*who (?:is|are|were) \S+['’]s? authors?\b"),
)  # fmt: skip
_TOO: tuple[tuple[Asks, str], ...] = (  # facts that are asked for besides such a one
    ("date", r"\b(?:and|or|,)\s.{0,60}\b(?:when|(?:what|which) (?:year|month|date|day))\b"),
    ("team", r"\bhow (?:big|large) (?:is|was) (?:the|its) (?:author )?team\b|"
     r"\b(?:smaller|larger|bigger) team\b|\bmany (?:authors|people|persons)\b"),
    ("organization", rf"\b(?:and|,)\s.{{0,60}}\b(?:which|what) {_ORGANIZATIONS}\b"),
)  # fmt: skip
_ASKS, _ASKS_TOO = (
    tuple((asks, re.compile(pattern, re.IGNORECASE)) for asks, pattern in patterns)
    for patterns in (_PATTERNS, _TOO)
)
_SEVERAL = re.compile(rf"\b(?:each|every|{YEAR})", re.IGNORECASE)

_NO_VERB = (
    r"(?!(?:is|are|was|were|do|does|did|can|has|have|in|by|for|that|to|with|on|at|explain|describe|"
    r"discuss|summari[sz]e|compare|use)\b)"
)
_PAPERS_ASKED = re.compile(
    rf"(?:^\W*(?:the|all|{NEWEST}|{OLDEST})|\b(?:which|what|list|name|show|find|give|is there|"
    rf"are there|any))\b{THEIR}{{0,8}}?\W+{PAPERS}\b|"
    r"\bwhat(?:['’]s| (?:was|were|has been|is|are)) (?:published|written|there|dated)\b|"
    r"\bis there (?:any|some)thing (?:from|since|before|after)\b|"
    r"\bwhat do we have\b|\bdo(?:es)? (?:we|you|(?:the|our|your) \w+) (?:have|hold|contain|list)\b|"
    r"\bwhat has the (?:(?:most|fewest) authors|(?:long|short)est author)\b|"
    rf"\bwhat (?:appeared|came out)\b|\bwhich (?:one )?(?:is|was) the\b|\b{NEWEST} (?:on|about)\b|"
    # without a head: "Fog papers of 2020?", "Everything since 2020"
    r"^(?!.*\b(?:how|why|when|where|what|who|whose|whether)\b)"
    rf"(?:\W*(?:of\s+|(?:show|list|give|find)\s+(?:me\s+)?)?(?:everything|anything)\b|"
    rf"\W*(?:{_NO_VERB}[\w'’.-]+{THEIR}{{0,7}}?\W+)?{PAPERS}\b)",
    re.IGNORECASE,
)
_BEYOND = re.compile(  # what the catalogue's filters can't say
    rf"(?:\bnot|n['’]t)\s+(?:been\s+|exactly\s+)?"
    rf"(?:{PUBLISHED}|have|from|by|in|of|on|about|deal(?:ing)?|concern(?:ed|ing)?)\b|\bneither\b|"
    r"\b(?:except|excluding|other than|apart from|leav(?:e|ing) out|but none)\b|"
    r"\b(?:on average|(?:average|mean|median) (?:number|count|team|size|year|date|age))\b|"
    rf"\b(?:who|authors?) (?:(?:has|have) )?(?:wrote|written|signed|published) "
    rf"(?:the most|more than \w+|several) {PAPERS}\b|"
    rf"\bhow many (?:\w+ )?authors are there(?: (?:altogether|overall|in (?:all|total)))?"
    rf"(?: in (?:the|our|your|this) {LIBRARY})?\W*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:on|about)\b", re.IGNORECASE)
_LACKS = re.compile(r"\b(?:no|not|none|without|unknown|missing|lack(?:s|ing)?)\b", re.IGNORECASE)


def read(question: str, organizations: frozenset[str] = frozenset()) -> CatalogueQuestion | None:
    """What a question asks of the catalogue, or None where it asks for what papers say.

    `organizations` are those that the catalogue knows. A reading with a topic may hold words in it
    that weren't understood; one without is exact.
    """
    blank, text = _begun(question)
    in_each = bool({"years", "months"} & set(blank.asks))
    found, rest = conditions(blank, text, organizations, dated=in_each)
    if _BEYOND.search(text):
        return None
    if found.asks and found.asks_facts and not found.is_filtered:
        return found
    if not (found.is_filtered or found.asks):
        return None
    if found.by and conditions(blank, rest, organizations)[0].by:
        return None  # only one maker can be asked for
    if not found.asks and not _PAPERS_ASKED.search(text):
        return None  # it isn't papers that are asked for
    topic = "" if found.asks == ("organizations",) else telling(rest)
    if in_each and topic and not _ABOUT.search(rest):
        return None
    counts_all = found.asks == ("count",) and not found.is_filtered
    if (counts_all and topic) or ((counts_all or found.missing) and _LACKS.search(rest)):
        return None  # "how many papers did the survey review?" is for the survey to say
    return replace(found, asks=found.asks or ("papers",), topic=topic)


def is_exact(reading: CatalogueQuestion, question: str) -> bool:
    """Whether the rules understood every word that matters."""
    of_one = reading.asks_facts and not reading.is_filtered
    return not reading.topic and not (of_one and _SEVERAL.search(question))


def exactly(
    reading: CatalogueQuestion, question: str, organizations: frozenset[str]
) -> CatalogueQuestion:
    """A model's reading, with what the rules find of the conditions in place of what it says."""
    blank, text = _begun(question)
    found, _ = conditions(blank, text, organizations)
    if not found.years and reading.years:
        found, _ = conditions(blank, text, organizations, dated=True)
        if _is_part(reading, found):  # "on New Year's Day 2022"
            found = replace(found, since=reading.since, until=reading.until)
    changes: dict[str, Any] = {
        name: value
        for name in ("team", "by", "order", "missing", "titled")
        if (value := getattr(found, name))
    }
    if found.years:
        changes |= {"since": found.since, "until": found.until}
    return replace(reading, **changes)


def _is_part(reading: CatalogueQuestion, of: CatalogueQuestion) -> bool:
    """Whether a reading names a part of the time of another."""
    if not (reading.since and reading.until and of.since and of.until):
        return False
    begins_later = first_day(reading.since) >= first_day(of.since)
    return begins_later and last_day(reading.until) <= last_day(of.until)


def is_beyond(question: str) -> bool:
    """Whether it asks for what the catalogue's filters can't say: exceptions, averages."""
    return bool(_BEYOND.search(_begun(question)[1]))


def _begun(question: str) -> Found:
    """What is asked for, what titles say and what is missing; and the question without these."""
    titled, text = in_title(plainly(question))
    missing, text = in_missing(text)
    return CatalogueQuestion(_asks(text), titled=titled, missing=missing), text


def _asks(text: str) -> tuple[Asks, ...]:
    """All facts that are asked for, else the one other thing."""
    found = [asks for asks, pattern in _ASKS if pattern.search(text)]
    if not found or found[0] not in FACTS:
        return (*found[:1],)
    found += [asks for asks, pattern in _ASKS_TOO if pattern.search(text)]
    return tuple(asks for asks in FACTS if asks in found)
