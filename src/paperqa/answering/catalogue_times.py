"""The time that a question restricts papers to, as ISO prefixes: "2022", "2022-07", "2022-07-15".

Both ends are in; one that is None is open.
"""

from __future__ import annotations

import re
from calendar import month_name
from datetime import date, timedelta

from paperqa.answering.catalogue_words import ENTRIES, LIBRARY, PAPERS, PUBLISHED, THEIR

Ends = tuple[str | None, str | None]

YEAR = r"(?:19|20)\d\d\b"
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_OF_YEAR = rf",?\s+(?:of\s+)?{YEAR}"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_ISO_MONTH = r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])"
_ON_DAY = (
    rf"(?:{_ISO_MONTH}-\d\d\b|{_DAY}\s+(?:of\s+)?{MONTH}{_OF_YEAR}|{MONTH}\s+{_DAY}{_OF_YEAR})"
)
_DATE = rf"(?:{_ON_DAY}|{_ISO_MONTH}\b|{MONTH}{_OF_YEAR}|{YEAR})"
_FIRST = rf"({_DATE}|{MONTH})"  # "between July and December 2025"

_IN = r"(?:(?:in|of|from|during)\s+(?:the\s+year\s+)?|dated\s+)?"
_ON = r"(?:onwards?\b|on\W*$|or later\b)"  # "from 2020 on fog" has a topic
_OR_LATER = rf"(?:(?:or|and)\s+(?:later|after|newer)\b(?!\s+{_DATE})|at the earliest\b)"
_OR_EARLIER = rf"(?:(?:or|and)\s+(?:earlier|before|older)\b(?!\s+{_DATE})|at the latest\b)"
_TO, _AND = r"(?:to|until|till|through|[-–—])", r"(?:and|or|,)"
_TIMES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("-", rf"\b(?:between|from)\s+{_FIRST}\s+(?:and|{_TO})\s+({_DATE})"),
        ("-", rf"\b{_IN}{_FIRST}\s*[-–—]\s*({_DATE})"),
        ("and", rf"\b{_IN}{_FIRST}\s+(?:and|or)\s+(?:in\s+)?({_DATE})"),
        ("part", rf"\b{_IN}(?:the\s+)?(first|second|third|fourth)\s+(half|quarter)\s+of\s+"
         rf"({YEAR})"),
        (">=", rf"\b(?:since|starting (?:in|from)|from)\s+({_DATE})\s+{_ON}"),
        (">=", rf"\b(?:since|not? (?:earlier|older) than)\s+({_DATE})|"
         rf"\b{_IN}({_DATE})\s+{_OR_LATER}"),
        ("<=", rf"\b(?:until|till|up to|by|not? later than)\s+({_DATE})|"
         rf"\b{_IN}({_DATE})\s+{_OR_EARLIER}"),
        (">", rf"\b(?:from\s+)?(?:after|(?:later|newer|more recent) than)\s+({_DATE})"),
        ("<", rf"\b(?:from\s+)?(?:before|(?:earlier|older) than|prior to|predat\w+)\s+({_DATE})"),
        ("=", rf"\bon\s+(?:the\s+)?({_ON_DAY})"),
        ("=", rf"\b{_IN}({_DATE})(?!\s+(?:challenge|dataset|benchmark|classes|images))"
         rf"(?!\s*(?:{_TO}|{_AND})\s*(?:in\s+)?(?:{_DATE}|{MONTH}))"),
    )
)  # fmt: skip
_BARE = re.compile(rf"{_DATE}|{MONTH}", re.IGNORECASE)
_HALF_READ = re.compile(rf"(?:{YEAR}|\b{MONTH})\s*(?:{_TO}|{_AND})\s*$", re.IGNORECASE)
_ORDINALS = ("first", "second", "third", "fourth")

# What stands before "in 2020" where that is the year of papers, not of the data they use.
_OF_PAPERS = re.compile(
    rf"(?:^|\b(?:{PAPERS}|{ENTRIES}|what|everything|anything|something)(?:['’]s)?)(?:\s+(?:that|"
    rf"which|are|is|were|was|been|there|does|do|we|you|(?:the|our|your|this) {LIBRARY}|hold|"
    rf"contain|have|with|but|and|dates?|dating|both|{PUBLISHED}))*"
    r"(?:\s+(?:on|about|by|from|did|has|have)\s(?:(?!\b(?:that|which|us\w+|with)\b)[^,;])*)?\W*$|"
    rf"(?<!that )(?<!which )\b(?:(?:are|is|were|was|been)(?: {PUBLISHED})?|appeared|came out)\W*$",
    re.IGNORECASE,
)
_DATED_PAPERS = re.compile(rf"(?:'s)?{THEIR}{{0,4}}?\W+(?:{PAPERS}|{ENTRIES})\b", re.IGNORECASE)


def in_times(text: str, *, surely: bool = False) -> tuple[Ends, str]:
    """When the papers that are asked for appeared, and the text without that.

    A date counts where it is said to be one of papers, or where that is `surely` so.
    """
    since = until = None
    for kind, pattern in (*_TIMES, *_TIMES):  # "after 2020 but no later than 2022"
        for match in pattern.finditer(text):
            ends = _ends(kind, match)
            if ends and not _is_rest(match) and (surely or _dates_papers(match)):
                break
        else:
            continue
        since = max(filter(None, (since, ends[0])), key=first_day, default=None)
        until = min(filter(None, (until, ends[1])), key=last_day, default=None)
        text = text[: match.start()] + " " + text[match.end() :]
        if all(ends):
            break
    return (since, until), text


def first_day(iso: str) -> str:
    """The first day of a year or month, or the day itself."""
    return iso + "0000-01-01"[len(iso) :]


def last_day(iso: str) -> str:
    """The last day of a year or month, or the day itself; every month may have 31."""
    return iso + "0000-12-31"[len(iso) :]


def in_words(iso: str) -> str:
    """`15 July 2022`"""
    year, *rest = iso.split("-")
    if not rest:
        return year
    month = f"{month_name[int(rest[0])]} {year}"
    return month if len(rest) == 1 else f"{int(rest[1])} {month}"


def _ends(kind: str, match: re.Match[str]) -> Ends | None:
    """The ends that a match stands for; None where there is no such day, or no such time."""
    groups = [group for group in match.groups() if group]
    if kind == "part":
        months = 6 if groups[1].lower() == "half" else 3
        last = months * (_ORDINALS.index(groups[0].lower()) + 1)
        year = groups[2]
        return (f"{year}-{last - months + 1:02}", f"{year}-{last:02}") if last <= 12 else None
    first, last_ = _iso(groups[0], groups[-1]), _iso(groups[-1])
    if first is None or last_ is None:
        return None
    if kind == "and" and _shifted(first, 1) != last_:  # "2019 and 2021" is no one time
        return None
    ends: dict[str, Ends] = {
        "=": (first, first),
        ">": (_shifted(first, 1), None),
        ">=": (first, None),
        "<": (None, _shifted(first, -1)),
        "<=": (None, first),
    }
    return ends.get(kind, (first, last_))


def _iso(written: str, year_of: str = "") -> str | None:
    """A written date as an ISO prefix; the year of a mere month stands in `year_of`."""
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    if month := re.search(MONTH, written, re.IGNORECASE):
        year = next((n for n in numbers if n > 31), 0) or int(re.findall(YEAR, year_of)[0])
        days = [n for n in numbers if n <= 31]
        numbers = [year, _MONTHS.index(month.group()[:3].lower()) + 1, *days]
    try:
        date(*[*numbers, 1, 1][:3])
    except ValueError:
        return None
    return "-".join(f"{number:02}" for number in numbers)


def _shifted(iso: str, by: int) -> str:
    """The year, month or day that is so many later."""
    year, *rest = (int(part) for part in iso.split("-"))
    if len(rest) == 2:
        return (date.fromisoformat(iso) + timedelta(by)).isoformat()
    if rest:
        months = year * 12 + rest[0] - 1 + by
        return f"{months // 12}-{months % 12 + 1:02}"
    return str(year + by)


def _is_rest(match: re.Match[str]) -> bool:
    """Whether a date is the second of two of which the first can't be read along with it."""
    return bool(_HALF_READ.search(match.string[: match.start()]))


def _dates_papers(match: re.Match[str]) -> bool:
    """Whether a date is when papers were published: "papers from 2020", "the 2020 papers"."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    of_them = _DATED_PAPERS.match(after) and not re.search(rf"\b{PAPERS}\b", before, re.I)
    if _BARE.match(match.group()) or (match.group().lower().startswith("of ") and of_them):
        return bool(of_them)
    return bool(_OF_PAPERS.search(before))
