"""Words that questions about papers, rather than about what they say, are made of."""

from __future__ import annotations

import re

from paperqa.index.lexical import question_terms

PAPERS = r"(?:papers?|works?|articles?|publications?|studies|study|surveys?|documents?|preprints?)"
# Words that may stand before "papers" and speak of them: no verb, no preposition.
THEIR = r"(?:\W+(?!(?:do|does|did|can|has|have|use|used|in|by|for|that|to|with|on|at)\s)[\w'’.-]+)"
PUBLISHED = r"(?:publish(?:ed)?|appear(?:s|ed)?|c[ao]me out|released?|written|dated)"
NEWEST = r"(?:newest|latest|most recent|youngest)"
OLDEST = r"(?:oldest|earliest)"
ENTRIES = r"(?:entries|items|titles)"
LIBRARY = r"(?:library|collection|catalogue|catalog)"

_FILLER = frozenset(
    "papers paper works work article articles publication publications study studies published "
    "document documents preprint preprints everything anything titles title please inclusive both "
    "publish written wrote appear appeared dated date dates released collection library here have "
    "list lists listed author authors exactly just newest latest oldest earliest come comes came "
    "one ones most fewest recent out there them group number people total altogether all year "
    "we us our me tell from by on with at of about to do does has which what who whose name names "
    "paper's what's what’s got years known count among but any some saw brought largest highest "
    "give find signed authored hold holds present presents deal deals describe describes report "
    "reports concern concerning dealing held contain contains catalogue entries entry something "
    "overall whole entire attached whatsoever affiliated each so pls alone break "
    "breakdown down month per every items thanks had bear bears".split()
)


def telling(text: str) -> str:
    """The words of a question's rest that can be its topic."""
    words = re.findall(r"[\w'’-]+", text)
    return " ".join(w for w in words if w.lower() not in _FILLER and question_terms(w))
