"""How papers compare in what the catalogue knows: which is the older, which has more authors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from paperqa.answering.catalogue_conditions import Asks
from paperqa.answering.catalogue_times import first_day, last_day
from paperqa.citations import label
from paperqa.naming import short_title
from paperqa.types import Paper

_DAY = len("2022-07-15")


def compared(papers: Sequence[Paper], asks: Asks) -> str:
    """A sentence on several papers' dates or numbers of authors; none where some are unknown."""
    if len(papers) > 1 and asks == "date" and all(paper.year for paper in papers):
        return _by_date(sorted(papers, key=lambda paper: paper.published or ""))
    if len(papers) > 1 and asks == "team" and all(paper.n_authors for paper in papers):
        return _by_team(sorted(papers, key=lambda paper: -(paper.n_authors or 0)))
    return ""


def authors(n: int) -> str:
    """`1 author`, `2 authors`"""
    return f"{n} author{'' if n == 1 else 's'}"


def _by_date(papers: Sequence[Paper]) -> str:
    """Of papers in the order of what is known of their dates; a mere year may be any day of it."""
    dates = [paper.published or "" for paper in papers]
    if len(set(dates)) == 1 and len(dates[0]) == _DAY:
        return "They were published on the same day."
    if any(last_day(one) >= first_day(next_) for one, next_ in pairwise(dates)):
        return ""
    names = _names(papers)
    if len(papers) > 2:
        return f"In the order of their dates: {'; '.join(names)}."
    if len(dates[0]) < _DAY or len(dates[1]) < _DAY:
        return f"{names[0]} is the older."
    days = (date.fromisoformat(dates[1]) - date.fromisoformat(dates[0])).days
    return f"{names[0]} is the older by {days} day{'' if days == 1 else 's'}."


def _by_team(papers: Sequence[Paper]) -> str:
    """Of papers with the largest number of authors first."""
    names, sizes = _names(papers), [paper.n_authors or 0 for paper in papers]
    if sizes[0] == sizes[-1]:
        return "They have equally many authors."
    if len(papers) > 2:
        return f"{names[0]} has the most authors." if sizes[0] > sizes[1] else ""
    return f"{names[0]} has {authors(sizes[0] - sizes[1])} more than {names[1]}."


def _names(papers: Sequence[Paper]) -> list[str]:
    """Their short titles, or the whole ones where these are alike."""
    names = [short_title(paper) for paper in papers]
    return names if all(names) and len(set(names)) == len(names) else [label(p) for p in papers]
