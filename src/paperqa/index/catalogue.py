"""The catalogue: papers, passages and where they came from, in SQLite. The source of truth."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakSet

import numpy as np

from paperqa.index.rows import (
    PAPER_COLUMNS,
    PAPER_FIELDS,
    EmbeddedPassage,
    Row,
    filter_sql,
    from_json,
    paper_values,
    paper_words,
    to_json,
    to_paper,
    to_passage,
)
from paperqa.index.schema import Connection, connect, translated
from paperqa.types import Paper, PaperPage, Sort, Where

_ORDERS: dict[Sort, str] = {
    "newest": "published DESC, title",  # a date without its year starts with -, so comes after
    "title": "words",
    "organization": "organization IS NULL, organization COLLATE NOCASE, published DESC, title",
}
_VARIABLES = 30_000  # SQLite takes 32,766 a statement


@dataclass(frozen=True, slots=True)
class Source:
    """A document that was added: its hash, and when its page was saved, where that is known."""

    path: str
    sha256: str | None
    saved_on: str | None


class Catalogue:
    """One SQLite file, one connection a thread. Writes happen inside `transaction()`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: WeakSet[Connection] = WeakSet()
        self._execute("SELECT 1")

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._connections:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: a crash or an error inside leaves the catalogue as it was."""
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection().execute("ROLLBACK")
            raise
        self._execute("COMMIT")

    # --- reading -----------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A value by name, such as `generation` or `fingerprint`."""
        rows = self._execute("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def count(self, table: str = "papers") -> int:
        """How many rows `papers`, `passages` or `pending` has."""
        return int(self._execute(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608

    def papers(self, where: Where = Where()) -> Iterator[Paper]:  # noqa: B008
        """The papers that fit, newest first, undated ones last."""
        condition, values = filter_sql(where)
        yield from map(
            to_paper,
            self._execute(
                f"SELECT {PAPER_COLUMNS} FROM papers WHERE {condition} "  # noqa: S608
                "ORDER BY year IS NULL, published DESC, title",
                values,
            ),
        )

    def page(self, where: Where, words: str, sort: Sort, offset: int, n: int) -> PaperPage:
        """`n` of the papers that fit, from `offset` on; see `Library.page`."""
        condition, values = filter_sql(where, words.split())
        # Named, as SQLite would take the index of years, and read each paper's row for the rest.
        found = f"FROM papers INDEXED BY papers_listed WHERE {condition}"
        query = f"SELECT id {found} ORDER BY {_ORDERS[sort]} LIMIT ? OFFSET ?"
        ids = [str(row[0]) for row in self._execute(query, (*values, n, offset))]
        papers = self.papers_by_id(ids)
        total = self._execute(f"SELECT count(*) {found}", values)[0][0]
        return PaperPage(tuple(papers[id_] for id_ in ids if id_ in papers), int(total))

    def papers_by_id(self, ids: Iterable[str]) -> dict[str, Paper]:
        """Those of the papers that are here."""
        query = f"SELECT {PAPER_COLUMNS} FROM papers WHERE id IN (?)"  # noqa: S608
        return {paper.id: paper for paper in map(to_paper, self._by_ids(query, ids))}

    def organizations(self) -> frozenset[str]:
        """The organisations that papers are from, where it is known."""
        rows = self._execute("SELECT DISTINCT organization FROM papers WHERE organization > ''")
        return frozenset(str(row[0]) for row in rows)

    def passages(self, ids: Iterable[str]) -> dict[str, tuple[Paper, EmbeddedPassage]]:
        """Those of the passages that are here, each with its paper."""
        query = (
            f"SELECT {PAPER_COLUMNS}, p.id, p.start, p.end, p.sentences, p.vector, "  # noqa: S608
            "p.sentence_vectors FROM passages p JOIN papers ON papers.id = p.paper_id "
            "WHERE p.id IN (?)"
        )
        n = len(PAPER_FIELDS)
        found = ((to_paper(row[:n]), row[n:]) for row in self._by_ids(query, ids))
        return {str(row[0]): (paper, to_passage(paper, row)) for paper, row in found}

    def passage_ids(self, paper_ids: Iterable[str] | None = None) -> list[str]:
        """The passages of these papers, or all."""
        if paper_ids is None:
            return [str(row[0]) for row in self._execute("SELECT id FROM passages ORDER BY rowid")]
        query = "SELECT id FROM passages WHERE paper_id IN (?) ORDER BY rowid"
        return [str(row[0]) for row in self._by_ids(query, paper_ids)]

    def passage_ids_where(self, where: Where) -> list[str]:
        """The passages of the papers that fit."""
        condition, values = filter_sql(where)
        query = f"SELECT p.id FROM passages p JOIN papers ON papers.id = paper_id WHERE {condition}"  # noqa: S608
        return [str(row[0]) for row in self._execute(query, values)]

    def vectors(self, where: Where) -> tuple[list[str], np.ndarray]:
        """Ids and vectors of the passages of the papers that fit: float32, (ids, dimensions)."""
        condition, values = filter_sql(where)
        rows = self._execute(
            "SELECT passages.id, vector FROM passages JOIN papers ON papers.id = paper_id "  # noqa: S608
            f"WHERE {condition}",
            values,
        )
        if not rows:
            return [], np.empty((0, 0), np.float32)
        data = b"".join(row[1] for row in rows)
        return [str(row[0]) for row in rows], np.frombuffer(data, np.float32).reshape(len(rows), -1)

    def source(self, path: str) -> Source | None:
        """What is known of a document that was added."""
        rows = self._execute("SELECT path, sha256, saved_on FROM sources WHERE path = ?", (path,))
        return Source(*rows[0]) if rows else None

    def papers_of_source(self, path: str) -> list[str]:
        """The ids of the papers that a document holds."""
        rows = self._execute("SELECT paper_id FROM records WHERE source = ?", (path,))
        return [str(row[0]) for row in rows]

    def records(self, paper_ids: Iterable[str]) -> dict[str, list[Paper]]:
        """What each source says of each of these papers."""
        query = "SELECT record FROM records WHERE paper_id IN (?)"
        found: dict[str, list[Paper]] = {}
        for (record,) in self._by_ids(query, paper_ids):
            paper = from_json(str(record))
            found.setdefault(paper.id, []).append(paper)
        return found

    def pending(self) -> list[str]:
        """Papers whose entries in the search indexes may be out of date."""
        return [str(row[0]) for row in self._execute("SELECT paper_id FROM pending")]

    def check(self) -> list[str]:
        """What SQLite's own check finds wrong; raises `LibraryDamaged` when it can't even run."""
        rows = [str(row[0]) for row in self._execute("PRAGMA integrity_check")]
        return [] if rows == ["ok"] else rows

    # --- writing, inside a transaction ---------------------------------------------------------

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value by name."""
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def next_generation(self) -> int:
        """Tell other processes that the indexes have changed."""
        generation = int(self.meta("generation") or 0) + 1
        self.set_meta("generation", str(generation))
        return generation

    def put_source(self, source: Source) -> None:
        """Remember a document, keeping what is known of its page's year."""
        self._execute(
            "INSERT INTO sources (path, sha256, saved_on) VALUES (?, ?, ?) ON CONFLICT (path) "
            "DO UPDATE SET sha256 = excluded.sha256, saved_on = excluded.saved_on",
            (source.path, source.sha256, source.saved_on),
        )

    def put_record(self, record: Paper) -> None:
        """Keep what one source says of one paper."""
        self._execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)",
            (record.id, record.sources[0], record.published, to_json(record)),
        )

    def put_paper(self, paper: Paper) -> None:
        """Insert or update a paper, not its passages."""
        values = paper_values(paper)
        marks = ", ".join("?" * (len(values) + 2))
        self._execute(
            f"INSERT OR REPLACE INTO papers ({', '.join(PAPER_FIELDS)}, year, words) "  # noqa: S608
            f"VALUES ({marks})",
            (*values, paper.year, paper_words(paper)),
        )

    def put_passages(self, paper_id: str, passages: Iterable[EmbeddedPassage]) -> None:
        """Replace the passages of a paper, and note that the indexes must follow."""
        self._execute("DELETE FROM passages WHERE paper_id = ?", (paper_id,))
        for item in passages:
            p = item.passage
            spans = np.array(p.sentences, np.int32).tobytes()
            vector = item.vector.astype(np.float32).tobytes()
            sentence_vectors = item.sentence_vectors.astype(np.float16).tobytes()
            self._execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
                (p.id, paper_id, p.start, p.end, spans, vector, sentence_vectors),
            )
        self._execute("INSERT OR IGNORE INTO pending VALUES (?)", (paper_id,))

    def delete_papers(self, ids: Iterable[str]) -> None:
        """Take papers out; their documents will be read again when they are added again."""
        for paper_id in ids:
            self._execute(
                "UPDATE sources SET sha256 = NULL WHERE path IN "
                "(SELECT source FROM records WHERE paper_id = ?)",
                (paper_id,),
            )
            for table, column in (("records", "paper_id"), ("papers", "id")):
                self._execute(f"DELETE FROM {table} WHERE {column} = ?", (paper_id,))  # noqa: S608
            self.put_passages(paper_id, ())

    def clear_pending(self, paper_ids: Iterable[str]) -> None:
        """The indexes agree with the catalogue about these papers."""
        for paper_id in paper_ids:
            self._execute("DELETE FROM pending WHERE paper_id = ?", (paper_id,))

    # --- the years that pages leave out --------------------------------------------------------

    def saved_years(self, sources: Iterable[str]) -> dict[str, int]:
        """The year in which each of these pages was saved, where it is known."""
        query = "SELECT path, saved_year FROM sources WHERE saved_year NOT NULL AND path IN (?)"
        return {str(path): int(year) for path, year in self._by_ids(query, sources)}

    def yearless(self) -> list[tuple[str, str, str | None]]:
        """(source, paper id, date) of every record of a paper that some page dates without year."""
        return self._execute(
            "SELECT source, paper_id, published FROM records WHERE paper_id IN "
            "(SELECT paper_id FROM records WHERE published LIKE '--%')"
        )

    def saved_on(self) -> dict[str, str]:
        """The day on which each page was saved, where the user said so."""
        rows = self._execute("SELECT path, saved_on FROM sources WHERE saved_on NOT NULL")
        return {str(path): str(day) for path, day in rows}

    def put_saved_years(self, years: dict[str, int]) -> list[str]:
        """Keep the years of these pages and forget all others; the papers that this concerns."""
        rows = self._execute("SELECT path, saved_year FROM sources WHERE saved_year NOT NULL")
        before = {str(path): int(year) for path, year in rows}
        changed = [path for path in before.keys() | years if before.get(path) != years.get(path)]
        for path in changed:
            self._execute(
                "UPDATE sources SET saved_year = ? WHERE path = ?", (years.get(path), path)
            )
        query = "SELECT paper_id FROM records WHERE published LIKE '--%' AND source IN (?)"
        return sorted({str(row[0]) for row in self._by_ids(query, changed)})

    # --- SQLite --------------------------------------------------------------------------------

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self.path)
            self._connections.add(connection)
        return connection

    def _execute(self, query: str, values: Sequence[object] = ()) -> list[Row]:
        with translated(self.path):
            return self._connection().execute(query, values).fetchall()

    def _by_ids(self, query: str, ids: Iterable[str]) -> Iterator[Row]:
        """Run a query whose `(?)` stands for the ids."""
        wanted = list(dict.fromkeys(ids))
        for i in range(0, len(wanted), _VARIABLES):
            some = wanted[i : i + _VARIABLES]
            yield from self._execute(query.replace("(?)", f"({','.join('?' * len(some))})"), some)
