"""What the catalogue knows, told: a line a paper, counts, years, organisations. No model."""

from __future__ import annotations

from calendar import month_name
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from paperqa.answering.catalogue_compared import authors, compared
from paperqa.answering.catalogue_conditions import FACTS, FAR, Asks, CatalogueQuestion, Missing
from paperqa.answering.catalogue_found import dated_too_roughly, find, of_whom
from paperqa.answering.catalogue_times import first_day, in_words, last_day
from paperqa.answering.draft import Draft
from paperqa.citations import label
from paperqa.passages import sentence_spans
from paperqa.types import Paper, Sentence, Where

_LISTED = 50  # papers, or organisations
_OF_ONE = 5  # papers of an organisation
_CALLED: dict[Asks | Missing, str] = {
    "date": "date",
    "organization": "organisation",
    "team": "number of authors",
    "names": "authors' names",
}


def tell(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    """The answer, or a refusal where the catalogue doesn't know."""
    papers = of_whom(draft, asked)
    if papers or (asked.asks_facts and not asked.is_filtered):
        yield from _tell_facts(draft, asked, papers)
        return
    wanted: set[Asks] = {"papers"} if asked.asks_facts else set(asked.asks) - set(FACTS)
    if wanted & {"years", "months"}:
        wanted -= {"years", "months", "count"}  # they are told with their count
        yield from _tell_spread(draft, asked)
    for asks, told in _TOLD.items():
        if asks in wanted:
            yield from told(draft, asked)


def knows(papers: Sequence[Paper], asked: CatalogueQuestion) -> bool:
    """Whether any of the facts is known of any of the papers."""
    return any(_fact(asks, paper) for paper in papers for asks in asked.asks)


def _tell_facts(draft: Draft, asked: CatalogueQuestion, papers: Sequence[Paper]) -> Iterator[str]:
    """A line for each paper: "X was published on 2021-03-01 and has 4 authors."."""
    wanted = [asks for asks in FACTS if asks in asked.asks]
    if not knows(papers, asked):
        what = " or the ".join(_CALLED[asks] for asks in wanted)
        yield draft.refuse(f"The catalogue does not give the {what}.")
        return
    for paper in papers:
        facts = [_fact(asks, paper) or f"has no known {_CALLED[asks]}" for asks in wanted]
        text = f"{label(paper)} {_joined(facts)}."
        yield draft.state(text, [_cited(draft, paper)]) + "\n"
    for asks in wanted:
        if text := compared(papers, asks):
            yield draft.state(text, [_cited(draft, paper) for paper in papers]) + "\n"


def _tell_count(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    found = find(draft, asked)
    _note_left_out(draft, asked)
    yield draft.state(f"{_counted(draft, asked, len(found))}.") + "\n"
    undated = sum(not paper.published for paper in found)
    if asked.missing == "date" and undated < len(found):
        text = f"{undated} of these {'gives' if undated == 1 else 'give'} no day and month either."
        yield draft.state(text) + "\n"


def _tell_papers(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    found = find(draft, asked)
    _note_left_out(draft, asked)
    if not found:
        yield draft.refuse("The catalogue has no such paper.")
    for paper in found[:_LISTED]:
        line = draft.state(f"{label(paper)} ({_facts(paper)})", [_cited(draft, paper)])
        yield f"- {line}\n"
    if len(found) > _LISTED:
        draft.notes.append(f"These are the first {_LISTED} of {len(found)} papers.")


def _tell_organizations(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    """A line for each organisation, with its papers."""
    found = find(draft, asked)
    papers: dict[str, list[Paper]] = {}
    for paper in found:
        if paper.organization:
            papers.setdefault(paper.organization, []).append(paper)
    if not papers:
        yield draft.refuse("The catalogue knows no organisation of such papers.")
        return
    for name in sorted(papers, key=str.casefold)[:_LISTED]:
        shown, more = papers[name][:_OF_ONE], len(papers[name]) - _OF_ONE
        titles = "; ".join(map(label, shown)) + (f"; and {more} more" if more > 0 else "")
        yield f"- {draft.state(f'{name}: {titles}', [_cited(draft, p) for p in shown])}\n"
    if len(papers) > _LISTED:
        draft.notes.append(f"These are the first {_LISTED} of {len(papers)} organisations.")
    if unknown := len(found) - sum(map(len, papers.values())):
        _note(draft, _left_out(unknown, "organisation"))


def _tell_spread(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    """How many papers there are in each year, or in each month."""
    found = find(draft, asked)
    _note_left_out(draft, asked)
    if not found:
        yield draft.refuse("The catalogue has no such paper.")
        return
    by_month = "months" in asked.asks or _in_one_year(asked)
    unit, length = ("month", len("2022-07")) if by_month else ("year", len("2022"))
    known = [p.published[:length] for p in found if p.published and p.year]
    n = Counter(when for when in known if len(when) == length)
    if n.total() == len(found):
        n.update(dict.fromkeys(_months(asked), 0))  # those without a paper too
    most = [when for when in sorted(n) if n[when] == max(n.values())]
    each = [f"{_called(when, asked)}: {n[when]}" for when in sorted(n)]
    if unknown := len(found) - n.total():
        each.append(f"without a known {unit}: {unknown}")
    text = f"{_counted(draft, asked, len(found))}; by {unit}: {', '.join(each)}"
    if len(n) > len(most):
        text += f"; the most in {_joined([_called(when, asked) for when in most])}"
    yield draft.state(f"{text}.") + "\n"


def _tell_extreme_years(draft: Draft, asked: CatalogueQuestion) -> Iterator[str]:
    """The year with the most or the fewest papers, and those that tie with it."""
    _note_undated(draft)
    years = Counter(paper.year for paper in find(draft, asked) if paper.year)
    if not years:
        yield draft.refuse("The catalogue has no such paper with a year.")
        return
    most = "fullest year" in asked.asks
    n = (max if most else min)(years.values())
    which = ", ".join(str(year) for year in sorted(years) if years[year] == n)
    papers = f"papers on {asked.topic}" if asked.topic else "papers"
    yield draft.state(f"{which}: the {'most' if most else 'fewest'} {papers} of a year, {n}.")


_TOLD: dict[Asks, Callable[[Draft, CatalogueQuestion], Iterator[str]]] = {
    "count": _tell_count,
    "papers": _tell_papers,
    "organizations": _tell_organizations,
    "fullest year": _tell_extreme_years,
    "emptiest year": _tell_extreme_years,
}


def _fact(asks: Asks, paper: Paper) -> str:
    if asks == "date" and paper.published:
        return f"was published {'in' if len(paper.published) == 4 else 'on'} {_date(paper)}"
    if asks == "organization" and paper.organization:
        return f"is by {paper.organization}"
    if asks == "names" and paper.authors:
        return f"is by {', '.join(paper.authors)}"
    if asks == "team" and paper.n_authors is not None:
        return f"has {authors(paper.n_authors)}"
    return ""


def _facts(paper: Paper) -> str:
    facts = [_date(paper)]
    if paper.organization:
        facts.append(paper.organization)
    if paper.n_authors:
        facts.append(authors(paper.n_authors))
    return ", ".join(facts)


def _date(paper: Paper) -> str:
    if paper.published and not paper.year:  # --07-11
        _, _, month, day = paper.published.split("-")
        return f"{int(day)} {month_name[int(month)]} of an unknown year"
    return paper.published or "an unknown year"


def _counted(draft: Draft, asked: CatalogueQuestion, n: int) -> str:
    """`5 of the 255 papers are from 2022 and have exactly two authors`"""
    total = len(draft.papers(Where()))
    return f"{n} of the {total} papers {_fits(asked, n)}"


def _fits(asked: CatalogueQuestion, n: int) -> str:
    """`are from 2022 and have 2 authors`: the conditions in words."""
    be, have = ("is", "has") if n == 1 else ("are", "have")
    parts = [f"{be} in the catalogue"] if not (asked.is_filtered or asked.topic) else []
    if asked.years:
        parts.append(f"{be} from {_time(asked)}")
    if asked.titled:
        said = " or ".join(f"“{words}”" for words in asked.titled)
        parts.append(f"{have} {said} in the title")
    if asked.team:
        parts.append(f"{have} {_span(asked.team)} author{'' if asked.team[1] == 1 else 's'}")
    if asked.by:
        parts.append(f"{be} by {asked.by}")
    if asked.missing:
        what = "year" if asked.missing == "date" else _CALLED[asked.missing]
        parts.append(f"{have} no known {what}")
    if asked.topic:
        parts.append(f"{be} on {asked.topic}")
    return " and ".join(parts)


def _time(asked: CatalogueQuestion) -> str:
    since, until = asked.since, asked.until
    if since and until:
        same = in_words(since) == in_words(until)
        return in_words(since) if same else f"{in_words(since)} to {in_words(until)}"
    return f"{in_words(since)} or later" if since else f"{in_words(until or '')} or earlier"


def _span(ends: tuple[int, int]) -> str:
    low, high = ends
    if low == high:
        return str(low)
    if high >= FAR:
        return f"{low} or more"
    return f"at most {high}" if low == 0 else f"{low} to {high}"


def _months(asked: CatalogueQuestion) -> list[str]:
    """The months that are asked for, where they are of a single year."""
    if not (asked.since and asked.until and _in_one_year(asked)):
        return []
    months = [f"{asked.since[:4]}-{month:02}" for month in range(1, 13)]
    return [m for m in months if first_day(asked.since) <= f"{m}-31" and m <= last_day(asked.until)]


def _in_one_year(asked: CatalogueQuestion) -> bool:
    return asked.years is not None and asked.years[0] == asked.years[1]


def _called(when: str, asked: CatalogueQuestion) -> str:
    """`October 2022`, or `October` where the year is plain."""
    return in_words(when).split()[0] if _in_one_year(asked) else in_words(when)


def _joined(parts: Sequence[str]) -> str:
    """`a, b and c`"""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _note_left_out(draft: Draft, asked: CatalogueQuestion) -> None:
    """What may fit the time that is asked for, or be the newest, and isn't told."""
    if asked.years or asked.order in ("newest", "oldest"):
        _note_undated(draft)
    if asked.years and (n := dated_too_roughly(draft, asked)):
        _note(draft, _left_out(n, "day or month"))
    if asked.team or asked.order in ("largest team", "smallest team"):
        papers = draft.papers(Where(years=asked.years))
        if n := sum(paper.n_authors is None for paper in papers):
            _note(draft, _left_out(n, "number of authors"))


def _note_undated(draft: Draft) -> None:
    if n := len(draft.papers(Where(dated=False))):
        _note(draft, _left_out(n, "year"))


def _note(draft: Draft, text: str) -> None:
    if text not in draft.notes:
        draft.notes.append(text)


def _left_out(n: int, what: str) -> str:
    have, are = ("papers have", "are") if n > 1 else ("paper has", "is")
    return f"{n} {have} no known {what} and {are} left out."


def _cited(draft: Draft, paper: Paper) -> tuple[Paper, Sentence]:
    """The sentence to show for a paper: what fits the question best, else its first."""
    for evidence in draft.evidence:
        if evidence.paper.id == paper.id:
            return paper, evidence.best
    start, end = sentence_spans(paper.text)[0]
    return paper, Sentence(start, end, paper.text[start:end], 0.0)
