"""The years in which pages were saved, which their dates leave out: a part of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from paperqa.index.entries import ByIds, Execute


class Pages:
    """What is known of when sources were saved, asked through a catalogue's own two ways to ask."""

    def __init__(self, execute: Execute, by_ids: ByIds) -> None:
        self._execute = execute
        self._by_ids = by_ids

    def saved_years(self, sources: Iterable[str]) -> dict[str, int]:
        """The year in which each of these pages was saved, where it is known."""
        query = "SELECT path, saved_year FROM sources WHERE saved_year NOT NULL AND path IN (?)"
        return {str(path): int(year) for path, year in self._by_ids(query, sources)}

    def yearless(self) -> list[tuple[str, str, str | None]]:
        """(source, paper id, date) of every record of a paper that some page dates without year."""
        named = "records JOIN entries ON entries.id = records.paper_id"
        return self._execute(
            f"SELECT source, entries.paper_id, published FROM {named} WHERE entries.paper_id IN "  # noqa: S608
            f"(SELECT entries.paper_id FROM {named} WHERE published LIKE '--%')",
            (),
        )

    def saved_on(self) -> dict[str, str]:
        """The day on which each page was saved, where the user said so."""
        rows = self._execute("SELECT path, saved_on FROM sources WHERE saved_on NOT NULL", ())
        return {str(path): str(day) for path, day in rows}

    def put_saved_years(self, years: dict[str, int]) -> list[str]:
        """Keep the years of these pages and forget all others; the papers that this concerns."""
        rows = self._execute("SELECT path, saved_year FROM sources WHERE saved_year NOT NULL", ())
        before = {str(path): int(year) for path, year in rows}
        changed = [path for path in before.keys() | years if before.get(path) != years.get(path)]
        for path in changed:
            self._execute(
                "UPDATE sources SET saved_year = ? WHERE path = ?", (years.get(path), path)
            )
        query = (
            "SELECT entries.paper_id FROM records JOIN entries ON entries.id = records.paper_id "
            "WHERE published LIKE '--%' AND source IN (?)"
        )
        return sorted({str(row[0]) for row in self._by_ids(query, changed)})
