"""Whether the indexes of a library agree with its catalogue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from paperqa.errors import IndexDamaged

if TYPE_CHECKING:
    from paperqa.index.stores import Stores

_SAMPLE = 16  # passages whose vectors are compared before the first search
_BATCH = 1000  # passages


def difference(stores: Stores) -> IndexDamaged | None:
    """The first thing that a quick look finds wrong; raises `IndexDamaged` as well."""
    if cut := _cut_file(stores):
        return _damage(cut)
    truth = stores.catalogue.count("passages")
    for name, index in (("vector", stores.dense), ("word", stores.lexical)):
        held = index.count()
        if held != truth:
            return _damage(
                f"the {name} index of {stores.folder} holds {held} passages, the catalogue {truth}"
            )
    if _differ(stores, stores.catalogue.some_passage_ids(_SAMPLE)):
        return _damage(
            f"the vector index of {stores.folder} holds other vectors than the catalogue"
        )
    return None


def problems(stores: Stores) -> list[str]:
    """What is wrong with the library, each with what to do; empty when all agree."""
    found = [f"the catalogue: {line}" for line in stores.catalogue.check()]
    if pending := stores.catalogue.count("pending"):
        found.append(f"{pending} papers wait to be indexed; any `paperqa add` finishes them")
    stores.dense.reopen()
    stores.lexical.reopen()
    if cut := _cut_file(stores):
        return [*found, f"{cut}; run `paperqa repair`"]
    truth = set(stores.catalogue.passage_ids())
    for name, index in (("vector", stores.dense), ("word", stores.lexical)):
        ids = set(index.ids())
        if missing := len(truth - ids):
            found.append(f"the {name} index lacks {missing} passages; run `paperqa repair`")
        if extra := len(ids - truth):
            found.append(f"the {name} index has {extra} passages too many; run `paperqa repair`")
    ordered = sorted(truth)
    wrong = sum(_differ(stores, ordered[i : i + _BATCH]) for i in range(0, len(ordered), _BATCH))
    if wrong and not found:
        found.append(f"the vector index has {wrong} wrong vectors; run `paperqa repair`")
    return found


def _damage(what: str) -> IndexDamaged:
    return IndexDamaged(f"{what}; run `paperqa repair` to rebuild it from the catalogue")


def _cut_file(stores: Stores) -> str | None:
    # Chroma answers wrongly, or dies, when one of its files is cut.
    files = stores.dense.files()
    for file, size in json.loads(stores.catalogue.meta("dense_files") or "{}").items():
        if files.get(file, 0) < size:
            return f"the file {file} of the vector index of {stores.folder} is cut or missing"
    return None


def _differ(stores: Stores, ids: Sequence[str]) -> int:
    """How many of these passages the vector index holds with another vector."""
    truth = stores.catalogue.passages(ids)
    held = stores.dense.vectors(list(truth))
    return sum(
        not np.allclose(held.get(id_, 0), item.vector, atol=1e-3)
        for id_, (_, item) in truth.items()
    )
