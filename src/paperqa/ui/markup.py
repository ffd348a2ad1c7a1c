"""Foreign text in HTML."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable, Iterator
from html import escape

from paperqa.terminal import clean


def text(value: object) -> str:
    """Foreign text, safe between tags and in quoted attributes, without control characters."""
    return escape(clean(str(value)))


def date_words(published: str | None) -> str:
    """`2022-07-01` as 1 July 2022; a year alone as it is; `--07-01` as 1 July, year unknown."""
    year, _, rest = (published or "").partition("-")
    month, _, day = rest.removeprefix("-").partition("-")
    if not day:
        return year
    return f"{int(day)} {month_name[int(month)]}{f' {year}' if year else ', year unknown'}"


def marked(whole: str, spans: Iterable[tuple[int, int, str]], around: int) -> Iterator[str]:
    """Pieces of `whole`: its spans, each behind the HTML that opens its <mark>, and what is around.

    More than `around` characters on a side are left out, for an ellipsis.
    """
    at = 0
    for begin, stop, opening in sorted(spans):
        start, end = max(begin, at), max(stop, at)
        if start - at > 2 * around:
            if at:
                yield text(_cut(whole[at : at + around], -1))
            yield f" … {text(_cut(whole[start - around : start], 1))}"
        else:
            yield text(whole[at:start])
        yield f"{opening}{text(whole[start:end])}</mark>"
        at = end
    rest = whole[at : at + around]
    yield f"{text(_cut(rest, -1))} …" if at + around < len(whole) else text(rest)


def _cut(piece: str, side: int) -> str:
    """A piece of text without the broken word at its beginning (1) or its end (-1)."""
    words = piece.split(" ", 1) if side > 0 else piece.rsplit(" ", 1)
    return words[side > 0] if len(words) == 2 else piece
