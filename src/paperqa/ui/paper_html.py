"""Papers as HTML: the rows of the list, and one paper with its links. All text is escaped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import quote

from paperqa.types import AddReport, Paper, Rejection
from paperqa.ui.markup import date_words, marked, text

_LISTED = 100  # rejections shown of a report


def rows(papers: Iterable[Paper], chosen: Collection[str]) -> str:
    """The list: a box to choose a paper by, a button that opens it, its date, who it is from."""
    body = "".join(_row(paper, paper.id in chosen) for paper in papers)
    if not body:
        return ""
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Title", "Date", "From"))
    return (
        "<table><caption>Papers</caption>"
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(paper: Paper, is_chosen: bool) -> str:
    id_, title = text(paper.id), text(titled(paper))
    return (
        f'<tr><td><input type="checkbox" data-paper="{id_}" aria-label="Choose: {title}"'
        f"{' checked' if is_chosen else ''}></td>"
        f'<th scope="row"><button type="button" data-paper="{id_}">{title}</button></th>'
        f"<td>{date_words(paper.published)}</td><td>{text(source_of(paper))}</td></tr>"
    )


def details(paper: Paper) -> str:
    """One paper: its title, what is known of it, links."""
    facts = {
        "Authors": ", ".join(paper.authors) or (str(paper.n_authors) if paper.n_authors else ""),
        "Organisation": paper.organization or "",
        "Date": date_words(paper.published),
        "Id": paper.id,
        "Read from": "\n".join(map(source_name, paper.sources)),
    }
    known = "".join(
        f"<dt>{name}</dt><dd>{text(value)}</dd>" for name, value in facts.items() if value
    )
    return (
        f'<h2 tabindex="-1">{text(titled(paper))}</h2><dl>{known}</dl>'
        f'<p class="links">{" ".join(anchors(paper))}</p>'
    )


def abstract(paper: Paper, quotes: Iterable[tuple[int, int]] = ()) -> str:
    """A paper's abstract, or all that is known of its text; the latter with `quotes` marked."""
    spans = [(start, end, '<mark tabindex="-1">') for start, end in quotes]
    whole = paper.text if spans else paper.abstract or paper.text
    name = "Abstract" if whole == paper.abstract else "Text"
    return f"<h3>{name}</h3><p>{''.join(marked(whole, spans, len(whole)))}</p>"


def links(paper: Paper) -> dict[str, str]:
    """Where to read on, by name: its DOI, arXiv page and own address; else searches by title."""
    found = {}
    if paper.doi and (match := re.search(r"10\.\d{4,9}/\S+", paper.doi)):
        found["DOI"] = f"https://doi.org/{quote(match.group(), safe='/')}"
    if paper.id.startswith("arxiv:"):
        found["arXiv"] = f"https://arxiv.org/abs/{quote(paper.id.removeprefix('arxiv:'))}"
    if paper.url and re.match("https?://", paper.url, re.IGNORECASE):
        found["Web page"] = paper.url
    if paper.title:
        title = quote(paper.title, safe="")
        found["Search arXiv"] = f"https://arxiv.org/search/?searchtype=title&query={title}"
        found["Search Hugging Face"] = f"https://huggingface.co/papers?q={title}"
    return found


def anchors(paper: Paper) -> list[str]:
    """`links` as HTML: opened only by a click, which tells them nothing of this page."""
    return [
        f'<a href="{text(address)}" target="_blank" rel="noopener noreferrer">{name}</a>'
        for name, address in links(paper).items()
    ]


def told(report: AddReport) -> str:
    """What was added and what wasn't, in the words of the command line."""
    return notice(str(report)) + refused(report.rejected)


def refused(rejections: Sequence[Rejection]) -> str:
    """What wasn't taken, and why."""
    lines = [f"not taken: {each}" for each in rejections[:_LISTED]]
    if more := len(rejections) - len(lines):
        lines.append(f"and {more} more")
    items = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f'<ul role="alert" class="refused">{items}</ul>' if lines else ""


def notice(said: str, *, failed: bool = False) -> str:
    """A sentence for the user; read out at once where something failed."""
    return f'<p role="{"alert" if failed else "status"}" class="notice">{text(said)}</p>'


def titled(paper: Paper) -> str:
    """A paper's title, or how its text begins."""
    return paper.title or f"{paper.text[:80]}…"


def source_of(paper: Paper) -> str:
    """The organisation, else the first author, else how many authors there are."""
    if paper.organization:
        return paper.organization
    if paper.authors:
        more = len(paper.authors) - 1
        return paper.authors[0] + (f" and {more} more" if more else "")
    return f"{paper.n_authors} author{'s'[: paper.n_authors - 1]}" if paper.n_authors else ""


def source_name(source: str) -> str:
    """Where a paper was read from: an upload by its name alone, other files by their path."""
    if source.startswith("pasted:"):
        return "pasted text"
    folder, _, name = source.rpartition("/")
    return f"{name} (upload)" if folder.endswith("/uploads") else source
