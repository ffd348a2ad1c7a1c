"""What the command line shows: progress, tables, answers. Text of papers is never trusted."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click

from paperqa.types import Answer, Evidence, Paper

# Control characters could move the cursor or rename the window; Cf reorders what is read.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """`text` without the characters that steer a terminal."""
    return _CONTROL.sub("", text)


def say(text: str = "", *, end: str = "\n") -> None:
    """Print to standard output at once."""
    click.echo(clean(text) + end, nl=False)
    sys.stdout.flush()


def warn(text: str) -> None:
    """Print to standard error."""
    click.secho(clean(text), err=True, fg="yellow")


@contextmanager
def progress_bar(label: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with rate and time left on standard error; gives `update(done, total)`."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=4) as bar:
        task = bar.add_task(label, total=None, amount="", start=True)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            speed = bar.tasks[0].speed or 0.0
            amount = (
                _bytes(done, total, speed)
                if unit == "B"
                else (f"{done}/{total} {unit}, {speed:.0f}/s")
            )
            bar.update(task, amount=amount)

        yield update


def _bytes(done: int, total: int, speed: float) -> str:
    return f"{done / 1e6:.0f}/{total / 1e6:.0f} MB, {speed / 1e6:.1f} MB/s"


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A plain table as wide as the terminal; each row may take several lines."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(clean("" if cell is None else str(cell))) for cell in row))
    Console().print(grid)


def show_papers(papers: list[Paper]) -> None:
    """The papers as a table."""
    table(
        ("id", "title", "published", "by"),
        ((p.id, p.title, p.published, _by(p)) for p in papers),
    )


def _by(paper: Paper) -> str:
    if paper.organization:
        return paper.organization
    if paper.authors:
        more = len(paper.authors) - 1
        return paper.authors[0] + (f" and {more} more" if more else "")
    return f"{paper.n_authors} authors" if paper.n_authors else ""


def show_evidence(evidence: Iterable[Evidence]) -> None:
    """Papers with the sentence that fits best."""
    for item in evidence:
        say(f"{item.rank:>3}. {item.paper.title}  ({item.score:.2f})")
        say(f"     “{' '.join(item.best.text.split())}”")


def show_references(answer: Answer) -> None:
    """What an answer cites: marker and title, and the quote where it isn't in the text already."""
    for citation in answer.citations:
        say(f"[{citation.marker}] {citation.title}")
        quote = " ".join(citation.quote.split())
        if quote not in answer.text:
            say(f"    “{quote}”")
    for note in answer.notes:
        warn(note)
