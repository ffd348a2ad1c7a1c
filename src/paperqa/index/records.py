"""What each source says of papers: a part of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paperqa.index.entries import ByIds, Execute
from paperqa.index.rows import from_json, to_json
from paperqa.types import Paper


@dataclass(frozen=True, slots=True)
class Source:
    """A document that was added: its hash, and when its page was saved, where that is known."""

    path: str
    sha256: str | None
    saved_on: str | None


class Records:
    """The tables sources and records, asked through a catalogue's own two ways to ask."""

    def __init__(self, execute: Execute, by_ids: ByIds) -> None:
        self._execute = execute
        self._by_ids = by_ids

    def source(self, path: str) -> Source | None:
        """What is known of a document that was added."""
        rows = self._execute("SELECT path, sha256, saved_on FROM sources WHERE path = ?", (path,))
        return Source(*rows[0]) if rows else None

    def entries_of(self, path: str) -> list[str]:
        """The ids under which a document tells of papers."""
        rows = self._execute("SELECT paper_id FROM records WHERE source = ?", (path,))
        return [str(row[0]) for row in rows]

    def of_entries(self, ids: Iterable[str]) -> dict[str, list[Paper]]:
        """What each source says under each of these ids."""
        query = "SELECT record FROM records WHERE paper_id IN (?)"
        found: dict[str, list[Paper]] = {}
        for (record,) in self._by_ids(query, ids):
            paper = from_json(str(record))
            found.setdefault(paper.id, []).append(paper)
        return found

    def put_source(self, source: Source) -> None:
        """Remember a document, keeping what is known of its page's year."""
        self._execute(
            "INSERT INTO sources (path, sha256, saved_on) VALUES (?, ?, ?) ON CONFLICT (path) "
            "DO UPDATE SET sha256 = excluded.sha256, saved_on = excluded.saved_on",
            (source.path, source.sha256, source.saved_on),
        )

    def put(self, record: Paper) -> None:
        """Keep what one source says of one paper; a new id is first a paper of its own."""
        self._execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)",
            (record.id, record.sources[0], record.published, to_json(record)),
        )
        self._execute(
            "INSERT OR IGNORE INTO entries (id, paper_id) VALUES (?, ?)", (record.id, record.id)
        )

    def delete(self, entry_id: str, source: str) -> None:
        """Forget what one source says under an id; the id stays as a name of its paper."""
        self._execute("DELETE FROM records WHERE paper_id = ? AND source = ?", (entry_id, source))
