"""Question/answer pairs: one JSON object a line, read into frozen samples.

The words are inspect_ai's: a dataset holds samples, each with an input and a target.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from paperqa.errors import InputError

Kind = Literal["fact", "explain", "list", "compare", "metadata", "followup", "unanswerable"]
Reason = Literal["absent topic", "absent detail", "false premise"]
Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A question and what a right answer looks like.

    `titles` are the papers that an answer should cite (for an unanswerable question, the nearest
    ones). `keys` are groups of alternatives: a right answer holds a string of every group.
    `history` are the questions asked before, oldest first.
    """

    id: str
    split: Split
    kind: Kind
    question: str
    titles: tuple[str, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    reference: str = ""
    history: tuple[str, ...] = ()
    reason: Reason | None = None


def load_dataset(path: Path, split: str | None = None) -> tuple[Sample, ...]:
    """The samples of a `.jsonl` file, or of `questions.jsonl` in a folder.

    Raises `InputError` with the line and what is wrong there.
    """
    file = path / "questions.jsonl" if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"{file}: no such question set")
    samples = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):  # U+2028 ends no line
        if line.strip():
            try:
                samples.append(read_sample(json.loads(line)))
            except (ValueError, TypeError, KeyError) as error:
                raise InputError(f"{file}, line {number}: {error}") from None
    return tuple(s for s in samples if split in (None, s.split))


def spread(samples: Sequence[Sample], n: int) -> list[Sample]:
    """`n` samples (or all, where there are fewer), evenly spaced over the set."""
    n = min(n, len(samples))
    return [samples[i * len(samples) // n] for i in range(n)]


def read_sample(row: Any) -> Sample:
    """The sample of a line; raises `ValueError` or `TypeError`, saying what is wrong with it.

    Without a `split` it is of the test half, without a `kind` it asks for a fact.
    """
    if not isinstance(row, dict):
        raise TypeError("not a JSON object")
    if unknown := sorted(row.keys() - Sample.__dataclass_fields__.keys()):
        raise ValueError(f"unknown fields: {', '.join(unknown)}")
    row = {"split": "test", "kind": "fact"} | row
    for name in ("id", "split", "kind", "question"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise ValueError(f"{name} is missing, empty or not a text")
    if not isinstance(row.get("reference", ""), str):
        raise TypeError("reference is not a text")
    if not isinstance(row.get("keys", []), list):
        raise TypeError("keys is no list of lists")
    for name, allowed in (("split", Split), ("kind", Kind), ("reason", Reason)):
        if row.get(name) is not None and row[name] not in get_args(allowed):
            raise ValueError(f"{name} is {row[name]!r}; it may be {', '.join(get_args(allowed))}")
    return Sample(
        **row
        | {name: _strings(name, row.get(name, [])) for name in ("titles", "history")}
        | {"keys": tuple(_strings("keys", group) for group in row.get("keys", []))}
    )


def _strings(name: str, values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name} holds {values!r}, which is no list of strings")
    return tuple(values)
