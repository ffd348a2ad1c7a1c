"""Numbers with their units, read so that 34.7\\% is 34.7 % and 1.4B is 1.4 billion."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
NUMBER_WORDS = {word: float(n) for n, word in enumerate(_WORDS.split())}
_SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "millions": 1e6, "b": 1e9,
    "billion": 1e9, "billions": 1e9, "t": 1e12, "trillion": 1e12,
}  # fmt: skip
_WRITTEN = {
    "%": "percent percentage point points pp", "×": "x times fold", "day": "days",
    "ms": "millisecond milliseconds", "s": "sec second seconds", "min": "minute minutes",
    "h": "hour hours", "kb": "", "mb": "", "gb": "", "tb": "",
}  # fmt: skip
_UNITS = {form: unit for unit, forms in _WRITTEN.items() for form in (unit, *forms.split())}
_NAME = re.compile(r"(?<![\w.])[^\W\d_][\w-]*")  # T5, GPT-4, and every other word
_QUANTITY = re.compile(r"(\d+(?:[.,]\d+)*)(?:[\s-]*(%|×|[^\W\d_]+))?")
_LATEX = re.compile(r"\\(?:[A-Za-z]+|[%,;:! ])|[{}$~−–]")  # \sim, \, and the like are spaces
_MEANT = {"\\%": "%", "\\times": "×", "{": "", "}": "", "$": "", "−": "-", "–": "-"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, with its unit where it has one: %, ×, or one of time or bytes."""

    value: float
    unit: str = ""

    def agrees(self, other: Quantity) -> bool:
        """Whether both may say the same: equal numbers, and no two different units."""
        same = abs(self.value - other.value) <= 1e-9 * max(abs(self.value), 1.0)
        return same and (not self.unit or not other.unit or self.unit == other.unit)


def quantities(text: str, *, words: bool = True) -> tuple[Quantity, ...]:
    """The quantities of a text in order; number words up to twenty count where `words`."""
    text = _LATEX.sub(lambda match: _MEANT.get(match.group(), " "), text)
    return tuple(_read(match) for match in _QUANTITY.finditer(_digits_only(text, words)))


def without_match(claim: str, quoted: str) -> tuple[str, ...]:
    """The numbers of `claim` that no quantity of `quoted` agrees with, as written plainly.

    Only digits are held against it: a "two" may stand for "both".
    """
    known = quantities(quoted)
    return tuple(
        f"{wanted.value:.15g}" + (wanted.unit if wanted.unit in ("%", "×") else "")
        for wanted in quantities(claim, words=False)
        if not any(wanted.agrees(one) for one in known)
    )


def _digits_only(text: str, words: bool) -> str:
    """`text` with number words as digits, and without the words that hold digits (GPT-4).

    A twelve-layer encoder has 12 layers.
    """

    def digits(match: re.Match[str]) -> str:
        word = match.group()
        first, dash, rest = word.partition("-")
        if words and first.lower() in NUMBER_WORDS and rest.lower() not in NUMBER_WORDS:
            return f"{NUMBER_WORDS[first.lower()]:g}{dash}{rest}"
        return " " if re.search(r"\d", word) else word

    return _NAME.sub(digits, text)


def _read(match: re.Match[str]) -> Quantity:
    number, word = match[1], (match[2] or "").lower()
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
        number = number.replace(",", "")
    parts = re.split(r"[.,]", number)
    value = float(parts[0] + ("." + "".join(parts[1:]) if len(parts) > 1 else ""))
    return Quantity(value * _SCALES.get(word, 1.0), _UNITS.get(word, ""))
