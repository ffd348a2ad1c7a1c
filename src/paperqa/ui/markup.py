"""Foreign text in HTML."""

from __future__ import annotations

from calendar import month_name
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
