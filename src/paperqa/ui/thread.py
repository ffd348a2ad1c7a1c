"""Turns of a conversation as HTML: the question, its answer, and the evidence beside it.

Whatever comes from papers, models and people is escaped text; nothing of it is Markdown or HTML.
An answer is its JSON form (docs/json.md), so that fresh and stored turns look the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperqa.ui.cards import FindPaper, Row, cited_cards, found_cards
from paperqa.ui.markup import text

_MARKER = re.compile(r"( ?)\[(\d{1,4})\]")
_QUOTES_IN_A_ROW = re.compile(r"(?<=\]) (?=“)")
_NEAREST = 3
_LIKES = {True: "Helpful", False: "Not helpful"}


def show_turn(
    answer: Row,
    key: str,
    find_paper: FindPaper,
    *,
    state: str = "kept",
    failure: str = "",
    n_before: int = 0,
    is_last: bool = True,
    liked: bool | None = None,
) -> str:
    """A turn. Its ids end in `key`, which is unique on the page; the last is read out as it comes.

    While its `state` is running, more of the answer is to come; `failure` says why none came, and
    `n_before` how many others are answered first.
    """
    reading, kind = state == "running", "refused" if answer["refused"] else state
    rewritten = answer["standalone_question"] not in ("", answer["question"])
    understood = f"Understood as: {text(answer['standalone_question'])}" if rewritten else ""
    words = "".join(_answer(answer, key))
    if reading:
        does = "Reading on" if words else f"Reading {_papers(len(answer['evidence']))}"
        does = f"In line: {n_before} before you" if n_before else does
        words += f'<p class="waiting">{does}<span class="dots"></span></p>'
    if failure:
        what = "Broken off" if words else "No answer"
        words += f'<p class="failure" role="alert"><b>{what}.</b> {text(failure)}</p>'
    if state == "stopped":
        words += '<p class="failure" role="status">Stopped. This turn is not kept.</p>'
    live = 'aria-live="polite"' if is_last else ""
    more = "" if reading else _dropped(answer) + _notes(answer)
    made = _made(answer) + _acts(key, liked) if state == "kept" else ""
    return (
        f'<article class="turn {kind}" id="turn-{key}" aria-label="Question and answer">'
        f'<h2 class="question">{text(answer["question"])}</h2>'
        f'<p class="understood">{understood}</p>'
        f'<div class="reply"><div class="said"><div class="answer" {live}>{words}</div>'
        f"{more}{made}</div>{_evidence(answer, key, find_paper, reading)}</div></article>"
    )


def welcome(n_papers: int) -> str:
    """What stands in place of a conversation that hasn't begun."""
    about = (
        f"{_papers(n_papers)} in your library."
        if n_papers
        else "Your library is empty, so the packaged sample papers answer. "
        "Add your own in the Papers tab."
    )
    return (
        '<section class="welcome"><h2>Ask your papers</h2>'
        f"<p>{about} Every sentence of an answer cites a quote that you can check.</p></section>"
    )


def _answer(answer: Row, key: str) -> Iterator[str]:
    """Paragraphs, and lists where lines begin with a dash; known markers are links."""
    titles = {int(c["marker"]): str(c["title"]) for c in answer["citations"]}
    linked: set[int] = set()

    def link(match: re.Match[str]) -> str:
        marker = int(match[2])
        if marker not in titles:
            return match[0]
        space = "&nbsp;" if match[1] else ""  # a line shouldn't begin with a marker
        own_id = "" if marker in linked else f'id="cite-{key}-{marker}" '
        linked.add(marker)
        return (
            f'{space}<a class="marker" {own_id}href="#card-{key}-{marker}" '
            f'aria-label="Citation {marker}: {text(titles[marker])}">{marker}</a>'
        )

    if answer["refused"]:
        yield '<p class="verdict">Not in these papers</p>'
    in_list = False
    for line in filter(str.strip, _QUOTES_IN_A_ROW.sub("\n", answer["text"]).splitlines()):
        if line.startswith("- ") != in_list:
            in_list = not in_list
            yield "<ul>" if in_list else "</ul>"
        words = _MARKER.sub(link, text(line.removeprefix("- ")))
        kind = ' class="quote"' if line.startswith("“") else ""
        yield f"<li>{words}</li>" if in_list else f"<p{kind}>{words}</p>"
    if in_list:
        yield "</ul>"


def _evidence(answer: Row, key: str, find_paper: FindPaper, reading: bool) -> str:
    """The cited papers, then the others: folded away once the answer is there."""
    if not answer["evidence"] and not answer["citations"]:
        return ""
    cited_ids = {c["paper_id"] for c in answer["citations"]}
    cards = cited_cards(answer, key, find_paper)
    others = [row for row in answer["evidence"] if row["paper_id"] not in cited_ids]
    label = f"{_papers(len(cited_ids))} cited"
    if reading:
        cards, others = cards + found_cards(others, find_paper), []
        label = f"{_papers(len(answer['evidence']))} found"
    elif not cited_ids:
        label = "The nearest papers" if answer["refused"] else f"{_papers(len(others))} found"
        cards, others = found_cards(others[:_NEAREST], find_paper), others[_NEAREST:]
    folded = (
        f"<details><summary>Also found: {len(others)}</summary>"
        f"{found_cards(others, find_paper)}</details>"
        if others
        else ""
    )
    return (
        f'<aside class="evidence" aria-label="Evidence" tabindex="0"><p class="label">{label}</p>'
        f"{cards}{folded}</aside>"
    )


def _dropped(answer: Row) -> str:
    """The sentences that the check took out of the answer, for those who want to know."""
    dropped = [claim for claim in answer["claims"] if not claim["supported"]]
    if not dropped:
        return ""
    items = "".join(
        f"<li>{text(claim['text'])} <i>({text(claim['reason'])})</i></li>" for claim in dropped
    )
    sentences = "1 sentence" if len(dropped) == 1 else f"{len(dropped)} sentences"
    return (
        f'<details class="dropped"><summary>{sentences} of the model left out: '
        f"not supported</summary><ul>{items}</ul></details>"
    )


def _notes(answer: Row) -> str:
    notes = list(answer["notes"])
    if answer["sample"]:
        notes.append("From the packaged sample papers: the library was empty.")
    items = "".join(f"<li>{text(note)}</li>" for note in notes)
    return f'<ul class="notes">{items}</ul>' if items else ""


def _made(answer: Row) -> str:
    """Who worded the answer, how sure, how long it took, what it cost."""
    model = answer["model"]
    quotes = any(claim["reason"] == "verbatim" for claim in answer["claims"])
    parts = [f"Worded by {model}, checked", "Quotes, no model", "No model"]
    parts = parts[:1] if model != "extractive" else parts[1:2] if quotes else parts[2:]
    if answer["confidence"] is not None:
        parts.append(f"confidence {answer['confidence']:.0%}")
    if "total" in answer["timings"]:
        parts.append(f"{answer['timings']['total']:.1f} s")
    if answer["usage"].get("completion_tokens"):
        parts.append(f"{sum(answer['usage'].values()):,} tokens")
    if answer["cost"]:
        parts.append(f"${answer['cost']:.4f}")
    return f'<p class="made">{text(" · ".join(parts))}</p>'


def _acts(key: str, liked: bool | None) -> str:
    """What can be done with a turn that is kept, of the id `key`."""
    likes = "".join(
        f'<button type="button" data-like="{like:d}" aria-pressed="{str(like is liked).lower()}">'
        f"{name}</button>"
        for like, name in _LIKES.items()
    )
    return (
        f'<div class="acts" role="group" aria-label="This answer" data-turn="{key}">'
        f'<button type="button" data-copy>Copy</button>{likes}</div>'
    )


def _papers(n: int) -> str:
    return "1 paper" if n == 1 else f"{n:,} papers"
