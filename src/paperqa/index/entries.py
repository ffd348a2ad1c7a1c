"""The ids that records have, and the paper that each is part of: a part of the catalogue.

An entry is an id under which one or several sources tell of a paper. Entries that are one paper
under several names (`duplicates.py`) all belong to the one with the best id. An entry whose records
are gone stays as another name of its paper.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from paperqa.index.rows import Row

Execute = Callable[[str, Sequence[object]], list[Row]]
ByIds = Callable[[str, Iterable[str]], Iterator[Row]]


class Entries:
    """The tables entries and likeness, asked through a catalogue's own two ways to ask."""

    def __init__(self, execute: Execute, by_ids: ByIds) -> None:
        self._execute = execute
        self._by_ids = by_ids

    def papers(self, ids: Iterable[str]) -> dict[str, str]:
        """The paper that each of these ids names; ids that name none are left out."""
        return dict(self._by_ids("SELECT id, paper_id FROM entries WHERE id IN (?)", ids))

    def of_papers(self, paper_ids: Iterable[str]) -> dict[str, str]:
        """All names of these papers, each with the paper's id."""
        query = "SELECT id, paper_id FROM entries WHERE paper_id IN (?) ORDER BY number"
        return dict(self._by_ids(query, paper_ids))

    def all(self) -> list[str]:
        """Every name."""
        return [str(row[0]) for row in self._execute("SELECT id FROM entries ORDER BY number", ())]

    def keys(self, ids: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """The keys of these entries."""
        rows = self._by_ids("SELECT id, keys FROM entries WHERE id IN (?)", ids)
        return {str(id_): tuple(json.loads(keys)) for id_, keys in rows}

    def holders(self, keys: Iterable[int], limit: int) -> dict[int, set[str]]:
        """The entries that have each of these keys; up to `limit` of each."""
        rows = self._execute(
            "SELECT asked.value, entries.id FROM json_each(?) AS asked JOIN entries ON number IN "
            "(SELECT entry FROM likeness WHERE key = asked.value LIMIT ?)",
            (json.dumps(list(keys)), limit),
        )
        found: dict[int, set[str]] = {}
        for key, id_ in rows:
            found.setdefault(int(key), set()).add(str(id_))
        return found

    def put(self, id_: str, paper_id: str, keys: Sequence[int]) -> None:
        """Say what paper an entry is part of, and by which keys it is found."""
        self._execute(
            "INSERT INTO entries (id, paper_id, keys) VALUES (?, ?, ?) ON CONFLICT (id) "
            "DO UPDATE SET paper_id = excluded.paper_id, keys = excluded.keys",
            (id_, paper_id, json.dumps(keys)),
        )
