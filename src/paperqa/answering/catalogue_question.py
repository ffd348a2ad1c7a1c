"""Questions that the catalogue answers exactly: dates, organisations, authors, counts.

`read` finds what is asked and the conditions on the papers (`catalogue_conditions`); the rest is
the topic. A question without any condition isn't one for the catalogue.
"""

from __future__ import annotations

import re
from dataclasses import replace

from paperqa.answering.catalogue_conditions import (
    NEWEST,
    OLDEST,
    PAPERS,
    PUBLISHED,
    THEIR,
    Asks,
    CatalogueQuestion,
    conditions,
    in_title,
    plainly,
)
from paperqa.index.lexical import question_terms

_WROTE = r"(?:wrote|authored|signed|worked on|are (?:named|listed|behind))"
# "What year is Swin from" asks the catalogue; "what year is the data from" asks the paper.
_IS_FROM = (
    r"(?:is|was|does|did|are the authors)\b(?! (?:the|its) (?:\S+ )?(?:data\w*|corpus|text)\b)"
    r".*\bfrom\W*$"
)
_A_PAPER = rf"(?:(?:the|this|that) (?:\S+ ){{0,3}}?{PAPERS}\b|(?-i:[A-Z'\"‘“]))"
_WHICH = r"\b(?:which|what)(?: exact| precise)?"
_MAKERS = r"(?:organi[sz]ation|institution|institute|company|lab|university|group)"
_OF_YEAR = rf"(?:of )?(?:the |our )?{PAPERS}\b(?!.*\b(?:does|did) (?:the|this)\b)"
_SAID_IN_THEM = r" (?:do|does|did)\b(?!.*\b(?:publish|write|release|have|hold|contain|list)\b)"
_ASKS: tuple[tuple[Asks, str], ...] = (
    ("fullest year", rf"{_WHICH} year\b.*\b(?:most|(?:largest|highest) number of) {_OF_YEAR}"),
    ("emptiest year", rf"{_WHICH} year\b.*\b(?:fewest|(?:smallest|lowest) number of) {_OF_YEAR}"),
    ("n_authors", r"how many (?:co-?)?authors\b|\bnumber of authors\b|"
     r"(?<!or )\b(?:more|fewer) authors\b"),
    ("n_authors", rf"how many (?:people|persons|researchers|scientists)\b.*\b{_WROTE}\b"),
    ("count", rf"how many{THEIR}{{0,6}}?\W+{PAPERS}\b(?!{_SAID_IN_THEM})"),
    ("count", rf"(?:what is the )?(?:number|count) of (?:\S+ ){{0,3}}?{PAPERS}\b"),
    ("count", rf"^\W*(?:please )?count{THEIR}{{0,6}}?\W+{PAPERS}\b"),
    ("count", r"^\W*(?:and )?how many (?:of (?:them|these|those) )?(?:with|list|ha[sv]e?|date)\b"),
    ("count", rf"^\W*(?:and )?how many (?:of (?:them|these|those) )?(?:(?:are|were) )?"
     rf"(?:{PUBLISHED}|from|by)\b"),
    ("date", rf"\bwhen (?:was|were|did|is)\b.*\b{PUBLISHED}\b|\bhow old is\b"),
    ("date", rf"{_WHICH} (?:year|month|date)s?\b(?! do\b).*\b{PUBLISHED}\b|\bpublication date\b"),
    ("date", rf"\b(?:when|(?:what|which) (?:year|month|date)) {_IS_FROM}"),
    ("date", rf"\b(?:from|of) (?:which|what) (?:year|month) (?:is|are|was|does) {_A_PAPER}"),
    ("date", rf"\bwhich (?:(?:one|of the two|{PAPERS}) )?(?:came(?: out)?|appeared|"
     r"was published|is) (?:the )?(?:first|earlier|later|older|newer)\b(?! (?:to|\w+ed)\b)"),
    ("date", rf"\b{PUBLISHED}\b.*\bbefore or after {_A_PAPER}"),
    ("date", rf"^\W*(?:is|was|did) {_A_PAPER}.*\b{PUBLISHED} (?:before|after|(?:earl|lat)\w+ than) "
     rf"{_A_PAPER}|^\W*(?:is|was) {_A_PAPER}.*\b(?:older|newer) (?:or \w+ )?than {_A_PAPER}"),
    ("organization", r"\b(?:which|what) (?:organi[sz]ations?|institutions?|compan(?:y|ies)|labs?|"
     r"universit(?:y|ies)|groups?(?! of)) (?:.*\b(?:behind|published|released|wrote)\b|"
     rf"{_IS_FROM})"),
    ("organization", rf"\b(?:(?:at|by|in|from) (?:which|what) {_MAKERS}(?: or {_MAKERS})?|where) "
     rf"(?:is|was|were|does|did) {_A_PAPER}.*\b(?:developed|created|made|built|written)\W*$"),
    ("organization", rf"\bfrom (?:which|what) {_MAKERS} (?:is|are|does|did) {_A_PAPER}|"
     rf"\b(?:which|what) {_MAKERS} (?:developed|created|made|built) {_A_PAPER}|"
     rf"\b(?:which|what) {_MAKERS} (?:do|did|are|were) (?:the|its) authors\b"),
    ("organization", r"\bwho (?:is|are|was|stands?)\b.*\bbehind\b|\baffiliations? of\b"),
    ("authors", r"\bwho (?:wrote|authored|(?:is|are|was|were) the (?:\w+ )?authors?)\b|"
     r"\b(?:what|which|name|give|tell)\b.*\b(?:names? of the|first|last|lead|senior) "
     r"(?:\w+ )?authors?\b|^\W*(?:name|list|give)(?: me)? the (?:authors\b|names of)|"
     r"\bauthors['’] names\b|^\W*who (?:is|are|were) \S+['’]s? authors?\b"),
)  # fmt: skip

_NO_VERB = (
    r"(?!(?:is|are|was|were|do|does|did|can|has|have|in|by|for|that|to|with|on|at|explain|describe|"
    r"discuss|summari[sz]e|compare|use)\b)"
)
_PAPERS_ASKED = re.compile(
    rf"(?:^\W*(?:the|all|{NEWEST}|{OLDEST})|\b(?:which|what|list|name|show|find|give|is there|"
    rf"are there|any))\b{THEIR}{{0,8}}?\W+{PAPERS}\b|"
    r"\bwhat(?:['’]s| (?:was|were|has been|is|are)) (?:published|written|there|dated)\b|"
    r"\bwhat do we have\b|\bdo(?:es)? (?:we|you|(?:the|our|your) \w+) (?:have|hold|contain|list)\b|"
    r"\bwhat has the (?:(?:most|fewest) authors|(?:long|short)est author)\b|"
    rf"\bwhat (?:appeared|came out)\b|\bwhich (?:one )?(?:is|was) the\b|\b{NEWEST} (?:on|about)\b|"
    # without a head: "Fog papers of 2020?", "Everything since 2020"
    r"^(?!.*\b(?:how|why|when|where|what|who|whose|whether)\b)"
    rf"(?:\W*(?:of\s+)?(?:everything|anything)\b|\W*(?:{_NO_VERB}[\w'’.-]+{THEIR}{{0,7}}?\W+)?{PAPERS}\b)",
    re.IGNORECASE,
)
_EXCLUDES = re.compile(
    rf"(?:\bnot|n['’]t)\s+(?:been\s+|exactly\s+)?(?:{PUBLISHED}|have|from|by|in|of)\b|"
    r"\b(?:except|excluding|other than)\b",
    re.IGNORECASE,
)
_LACKS = re.compile(r"\b(?:no|not|none|without|unknown|missing|lack(?:s|ing)?)\b", re.IGNORECASE)
_FILLER = frozenset(
    "papers paper works work article articles publication publications study studies published "
    "document documents preprint preprints everything anything titles title please inclusive both "
    "publish written wrote appear appeared dated date dates released collection library here have "
    "list lists listed author authors exactly just newest latest oldest earliest come comes came "
    "one ones most fewest recent out there them group number people total altogether all year "
    "we us our me tell from by on with at of about to do does has which what who whose name names "
    "paper's what's what’s got years known count among but any some saw brought largest highest "
    "give find signed authored hold holds present presents deal deals describe describes report "
    "reports concern concerning".split()
)


def read(question: str, organizations: frozenset[str] = frozenset()) -> CatalogueQuestion | None:
    """What a question asks of the catalogue, or None where it asks for what papers say.

    `organizations` are those that the catalogue knows.
    """
    titled, text = in_title(plainly(question))
    asks = next((asks for asks, p in _ASKS if re.search(p, text, re.IGNORECASE)), None)
    blank = CatalogueQuestion(asks or "papers", titled=titled)
    found, rest = conditions(blank, text, organizations)
    if asks == "n_authors" and found.is_filtered:
        found = replace(found, asks="papers")  # each paper is listed with its number of authors
    elif asks in ("date", "organization", "n_authors", "authors"):
        return CatalogueQuestion(asks)
    counts = asks in ("count", "fullest year", "emptiest year")
    if not found.is_filtered and not counts:
        return None
    if (asks is None and not _PAPERS_ASKED.search(text)) or _EXCLUDES.search(text):
        return None  # it isn't papers that are asked for, or those that a filter would leave out
    topic = " ".join(
        word
        for word in re.findall(r"[\w'’-]+", rest)
        if word.lower() not in _FILLER and question_terms(word)
    )
    if asks == "count" and not found.is_filtered and (topic or _LACKS.search(rest)):
        return None  # "how many papers did the survey review?" is for the survey to say
    return replace(found, topic=topic)
