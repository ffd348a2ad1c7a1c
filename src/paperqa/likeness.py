"""When two records are the same paper under two names.

Records that share none of their `Traits.keys` aren't compared; `is_same` compares. Neither asks
anything but the records themselves, so the order in which they came doesn't matter.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz

from paperqa.papers import NAMING, known_ids
from paperqa.types import Paper

VERSION = "1"  # another one with any change here: each library is then gone through anew

# Shares of two texts' shingles that both have, from which they are one paper
_ALIKE = 0.8  # under any titles that fit the text
_REVISED = 0.5  # under nearly the same title
_VERSION_OF = 0.25  # under the same title
_WITHIN = 0.6  # under the same title, of the shorter text alone: it may be cut short
_SURE = 0.9  # where the title is too short to tell papers apart, or their ids say they are two

_SLIP = 70  # how alike a word is to itself misspelt, of 100
_FEWEST = 8  # shingles that a text must have to be compared
_LONGEST = 2**15  # bytes that are read of a text

_FORMATTING = re.compile(
    r"\\(?:text(?:bf|it|sc|tt|rm|sf)?|emph|math(?:bf|bb|cal|rm|it|sf|frak)|underline|[a-z]*cite[tp]?"
    r"|operatorname|ensuremath|left|right|mbox|em|bf|it|sc|rm|xspace)(?![a-zA-Z])"
)
_ACCENT = re.compile(r"\\(?:[\"'`^~=.]|[cvHuk](?![a-zA-Z]))\s*\{?\\?([a-zA-Z])\}?")
_COMBINING = re.compile("[\u0300-\u036f]+")
_SPELLED = {"×": "times", "±": "pm", "≤": "leq", "≥": "geq", "∞": "infty", "→": "rightarrow"} | {
    letter: unicodedata.name(letter).split()[-1].lower() for letter in "αβγδεζηθικλμνξοπρστυφχψω"
}
_IDEOGRAPH = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")  # a word each
_SEPARATOR = re.compile(r"[\W_]+")
_ASCII_SEPARATORS = str.maketrans({c: " " for c in map(chr, range(128)) if not c.isalnum()})
_NUMBER = re.compile(r"\d+|[ivx]+|one|two|three|four|first|second|third")
_DIGIT = re.compile(r"\d")

# A MinHash (Broder 1997) of so many bands with so many rows each. Its factors don't come from
# numpy, whose generators may change with its version: the keys are kept on disk.
_BANDS, _ROWS = 10, 3
_FACTORS = np.frombuffer(hashlib.shake_128(b"paperqa").digest(8 * _BANDS * _ROWS), "<u8") | 1
_BASE = int(_FACTORS[-1])
_POWERS = np.cumprod(np.full(_LONGEST, _BASE, "<u8"))
_INVERSES = np.cumprod(np.full(_LONGEST, pow(_BASE, -1, 2**64), "<u8"))


@dataclass(frozen=True)
class Traits:
    """What tells whether two records are one paper."""

    paper: Paper

    @cached_property
    def ids(self) -> frozenset[str]:
        """Its DOI and its arXiv id, as far as they are known."""
        return known_ids(self.paper)

    @cached_property
    def title(self) -> tuple[str, ...]:
        """The words of the title."""
        return tuple(plain_words(self.paper.title))

    @cached_property
    def is_named(self) -> bool:
        """Whether the title tells it from other papers."""
        return len(self.title) >= NAMING

    @cached_property
    def authors(self) -> frozenset[str]:
        """The words of the authors' names, initials left out."""
        words = (word for name in self.paper.authors for word in plain_words(name))
        return frozenset(word for word in words if len(word) > 1)

    @cached_property
    def text(self) -> str:
        """The words of the text, a space between."""
        return " ".join(plain_words(self.paper.text[:_LONGEST]))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text."""
        return frozenset(self.text.split())

    @cached_property
    def shingles(self) -> np.ndarray:
        """A hash of each three words in a row."""
        data = np.frombuffer(self.text.encode()[: _LONGEST - 1], np.uint8)
        ends = np.append(np.flatnonzero(data == ord(" ")), len(data))
        starts = np.append(0, ends[:-1] + 1)[:-2]
        # Karp and Rabin: the hash of a stretch is a difference of sums, shifted to the beginning.
        sums = np.append(np.uint64(0), np.cumsum(data * _POWERS[: len(data)]))
        hashes = (sums[ends[2:]] - sums[starts]) * _INVERSES[starts]
        hashes = np.sort(hashes ^ (hashes >> 32))
        distinct = np.append(hashes[:-1] != hashes[1:], True)[: len(hashes)]
        return np.compress(distinct, hashes)

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """Numbers for its ids, its title and bands of its text."""
        names = [*sorted(self.ids), " ".join(self.title)] if self.is_named else sorted(self.ids)
        digests = b"".join(hashlib.blake2b(n.encode(), digest_size=8).digest() for n in names)
        keys: list[int] = np.frombuffer(digests, "<i8").tolist()
        if len(self.shingles) >= _FEWEST:
            lowest = (_FACTORS[:, None] * self.shingles).min(axis=1).reshape(_BANDS, _ROWS)
            bands = (lowest * _FACTORS[:_ROWS]).sum(axis=1) + np.arange(_BANDS, dtype="<u8")
            keys += bands.astype("<i8").tolist()
        return tuple(dict.fromkeys(keys))


def plain_words(text: str) -> list[str]:
    r"""The words of a text, however its case, accents, signs and LaTeX are written.

    >>> plain_words(r"G\"odel's $\alpha$-{\bf Net}") == plain_words("GÖDEL’S α-Net")
    True
    """
    if "\\" in text:
        text = _FORMATTING.sub(" ", _ACCENT.sub(r"\1", text))
    text = text.casefold()
    if text.isascii():
        return text.translate(_ASCII_SEPARATORS).split()
    text = _COMBINING.sub("", unicodedata.normalize("NFKD", text))
    for sign, name in _SPELLED.items():
        text = text.replace(sign, f" {name} ")
    return _SEPARATOR.sub(" ", _IDEOGRAPH.sub(r" \1 ", text)).split()


def is_same(one: Traits, other: Traits) -> bool:
    """Whether two records tell of one paper; in doubt not, since a wrong yes hides a paper."""
    if one.authors and other.authors and not one.authors & other.authors:
        return False
    is_titled = one.title == other.title
    sizes = len(one.shingles), len(other.shingles)
    if min(sizes) < _FEWEST:
        is_named = is_titled and one.is_named and not _are_two(one, other)
        return is_named and one.text == other.text != ""
    shared = len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))
    alike = shared / (sum(sizes) - shared)
    if _are_two(one, other):
        return is_titled and alike >= _SURE
    if (is_titled and one.is_named) or one.ids & other.ids:
        return alike >= _VERSION_OF or shared / min(sizes) >= _WITHIN
    if is_titled:
        return alike >= _SURE
    if _differ_in_number(one, other):
        return False
    alone = _telling_alone(one, other), _telling_alone(other, one)
    if _are_near(one, other):
        return alike >= _REVISED and not all(alone)
    return alike >= _ALIKE and not any(alone) and _is_fitting(one, other)


def _are_two(one: Traits, other: Traits) -> bool:
    """Whether both have a DOI, or both an arXiv id, and none in common."""
    kinds = [{id_.partition(":")[0] for id_ in each.ids} for each in (one, other)]
    return bool(kinds[0] & kinds[1]) and not one.ids & other.ids


def _differ_in_number(one: Traits, other: Traits) -> bool:
    """Whether titles differ as those of part I and part II do, or of GPT3 and GPT4."""
    if not one.title or not other.title:
        return False
    numbers = [sorted(filter(_NUMBER.fullmatch, each.title)) for each in (one, other)]
    named = [{w for w in each.title if _DIGIT.search(w)} for each in (one, other)]
    return numbers[0] != numbers[1] or bool(named[0] - named[1] and named[1] - named[0])


def _telling_alone(one: Traits, other: Traits) -> frozenset[str]:
    """What one's title and text name and the other's don't, as of surveys in Rome and in Oslo."""
    if not other.title:
        return frozenset()
    return (frozenset(one.title) - frozenset(other.title)) & (one.words - other.words)


def _are_near(one: Traits, other: Traits) -> bool:
    """Whether one title is the other one with a slip of the pen, or with a subtitle."""
    ours, theirs = _named(one), _named(other)
    fewer, more = sorted((ours - theirs, theirs - ours), key=len)
    slips = all(any(fuzz.ratio(word, like) >= _SLIP for like in more) for word in fewer)
    return slips and len(ours & theirs) >= NAMING - 1


def _is_fitting(one: Traits, other: Traits) -> bool:
    """Whether most of what one title names is in the other, or in the text of an untitled one.

    Some texts stand under many titles: notices, and abstracts sent in by mistake.
    """
    named = [_named(each) or each.words for each in (one, other)]
    return 3 * len(named[0] & named[1]) >= 2 * min(map(len, named))


def _named(one: Traits) -> frozenset[str]:
    """The words of a title that aren't `with` and the like."""
    return frozenset(word for word in one.title if len(word) > 4)
