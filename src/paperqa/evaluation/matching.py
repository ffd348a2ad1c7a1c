"""Whether an answer holds a key string: the same words, however they are typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_DASH = re.compile(r"[\u2010-\u2015\u2212]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_PERCENT = re.compile(r"(?<=\d)\s+(?=%)")
_GAP = re.compile(r"[-_\s]+")
_TYPESETTING = {"\\%": "%", "\\times": "×", "$": "", "’": "'"}


def plain(text: str) -> str:
    """`text` without case, LaTeX, hyphens and thousands separators."""
    text = unicodedata.normalize("NFKC", text).casefold()
    for written, meant in _TYPESETTING.items():
        text = text.replace(written, meant)
    text = _PERCENT.sub("", _THOUSANDS.sub("", _DASH.sub("-", text)))
    return _GAP.sub(" ", text).strip()


def holds(text: str, key: str) -> bool:
    """Whether `key` stands in `text` as whole words: 7 isn't in 7.5, nor 34.7 in 134.7.

    A key without any words stands nowhere.
    """
    words = plain(key)
    pattern = rf"(?<![^\W_])(?<!\d[.,]){re.escape(words)}(?![^\W_])(?![.,]\d)"
    return bool(words) and re.search(pattern, plain(text)) is not None


def holds_all(text: str, keys: Sequence[Sequence[str]]) -> bool:
    """Whether `text` holds one string at least of every group of alternatives."""
    return all(any(holds(text, key) for key in group) for group in keys)
