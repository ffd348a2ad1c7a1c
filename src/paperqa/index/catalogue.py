"""The catalogue: papers, passages and where they came from, in SQLite. The source of truth."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet

import numpy as np

from paperqa.index.entries import Entries
from paperqa.index.pages import Pages
from paperqa.index.records import Records
from paperqa.index.rows import (
    PAPER_COLUMNS,
    PAPER_FIELDS,
    EmbeddedPassage,
    PassageVectors,
    Row,
    filter_sql,
    paper_values,
    paper_words,
    to_paper,
    to_passage,
    to_vectors,
)
from paperqa.index.schema import Connection, connect, translated
from paperqa.passages import paper_of
from paperqa.types import Paper, PaperPage, Sort, Where

_ORDERS: dict[Sort, str] = {
    "newest": "published DESC, title",  # a date without its year starts with -, so comes after
    "title": "words",
    "organization": "organization IS NULL, organization COLLATE NOCASE, published DESC, title",
}
_VARIABLES = 30_000  # SQLite takes 32,766 a statement


class Catalogue:
    """One SQLite file, one connection a thread. Writes happen inside `transaction()`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: WeakSet[Connection] = WeakSet()
        self.entries = Entries(self._execute, self._by_ids)
        self.pages = Pages(self._execute, self._by_ids)
        self.records = Records(self._execute, self._by_ids)
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

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside is of one moment, whatever another process writes meanwhile."""
        self._execute("BEGIN")
        try:
            yield
        finally:
            self._connection().execute("COMMIT")

    # --- reading -----------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A value by name, such as `generation` or `fingerprint`."""
        rows = self._execute("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def count(self, table: str = "papers") -> int:
        """How many rows `papers`, `passages` or `pending` has."""
        return int(self._execute(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608

    def is_empty(self, table: str = "papers") -> bool:
        """Whether `papers`, `passages` or `pending` has no row; quicker than to count them."""
        return not self._execute(f"SELECT EXISTS (SELECT 1 FROM {table})")[0][0]  # noqa: S608

    def share(self, where: Where) -> float:
        """How much of the papers a filter lets through, from 0 to 1."""
        condition, values = filter_sql(where)
        fitting = self._execute(f"SELECT count(*) FROM papers WHERE {condition}", values)[0][0]  # noqa: S608
        return float(fitting) / max(1, self.count())

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
            "p.sentence_vectors, p.codes FROM passages p JOIN papers ON papers.id = p.paper_id "
            "WHERE p.id IN (?)"
        )
        n = len(PAPER_FIELDS)
        found = ((to_paper(row[:n]), row[n:]) for row in self._by_ids(query, ids))
        return {str(row[0]): (paper, to_passage(paper, row)) for paper, row in found}

    def lacks_codes(self) -> bool:
        """Whether a passage has no codes of its words."""
        return bool(
            self._execute("SELECT EXISTS (SELECT 1 FROM passages WHERE codes IS NULL)")[0][0]
        )

    def passage_ids(self, paper_ids: Iterable[str] | None = None) -> list[str]:
        """The passages of these papers, or all."""
        if paper_ids is None:
            return [str(row[0]) for row in self._execute("SELECT id FROM passages ORDER BY rowid")]
        query = "SELECT id FROM passages WHERE paper_id IN (?) ORDER BY rowid"
        return [str(row[0]) for row in self._by_ids(query, paper_ids)]

    def some_passage_ids(self, n: int) -> list[str]:
        """About `n` passages, spread over all that there are."""
        first, last = self._execute("SELECT min(rowid), max(rowid) FROM passages")[0]
        query = "SELECT id FROM passages WHERE rowid >= ? ORDER BY rowid LIMIT 1"
        places = np.linspace(first or 0, last or 0, n).astype(int).tolist()
        found = (self._execute(query, (place,)) for place in places)
        return list(dict.fromkeys(str(rows[0][0]) for rows in found if rows))

    def fitting(self, passage_ids: Iterable[str], where: Where) -> list[str]:
        """Those of the passages whose papers fit, in the same order."""
        papers = {id_: paper_of(id_) for id_ in passage_ids}
        condition, values = filter_sql(where)
        query = (
            "SELECT papers.id FROM json_each(?) given JOIN papers ON papers.id = given.value "  # noqa: S608
            f"WHERE {condition}"
        )
        asked = json.dumps(list(set(papers.values())))
        fit = {row[0] for row in self._execute(query, (asked, *values))}
        return [id_ for id_, paper in papers.items() if paper in fit]

    def passage_vectors(self, ids: Iterable[str]) -> PassageVectors | None:
        """The vectors of those of the passages that are here, by id; None where none is."""
        query = "SELECT id, paper_id, vector, sentence_vectors FROM passages WHERE id IN (?)"
        rows = sorted(self._by_ids(query, ids))
        return to_vectors(rows) if rows else None

    def vectors(self, where: Where) -> tuple[list[str], np.ndarray]:
        """Ids and vectors of the passages of the papers that fit: float32, (ids, dimensions)."""
        condition, values = filter_sql(where)
        rows = self._execute(
            "SELECT id, vector FROM passages WHERE paper_id IN "  # noqa: S608
            f"(SELECT papers.id FROM papers WHERE {condition})",
            values,
        )
        if not rows:
            return [], np.empty((0, 0), np.float32)
        data = b"".join(row[1] for row in rows)
        return [str(row[0]) for row in rows], np.frombuffer(data, np.float32).reshape(len(rows), -1)

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
        """Tell other processes, and what is kept from before, that something has changed."""
        generation = int(self.meta("generation") or 0) + 1
        self.set_meta("generation", str(generation))
        return generation

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
            codes = None if item.codes is None else item.codes.tobytes()
            self._execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (p.id, paper_id, p.start, p.end, spans, vector, sentence_vectors, codes),
            )
        self._execute("INSERT OR IGNORE INTO pending VALUES (?)", (paper_id,))

    def delete_papers(self, ids: Iterable[str]) -> None:
        """Take papers out, with all their records and names.

        Their documents will be read again when they are added again.
        """
        of_paper = "paper_id IN (SELECT id FROM entries WHERE paper_id = ?)"
        for paper_id in ids:
            for statement in (
                "UPDATE sources SET sha256 = NULL WHERE path IN "  # noqa: S608
                f"(SELECT source FROM records WHERE {of_paper})",
                f"DELETE FROM records WHERE {of_paper}",  # noqa: S608
                "DELETE FROM entries WHERE paper_id = ?",
            ):
                self._execute(statement, (paper_id,))
            self.drop_paper(paper_id)

    def drop_paper(self, paper_id: str) -> None:
        """Take a paper out that is none any more; what is known of it stays."""
        self._execute("DELETE FROM papers WHERE id = ?", (paper_id,))
        self.put_passages(paper_id, ())

    def clear_pending(self, paper_ids: Iterable[str]) -> None:
        """The indexes agree with the catalogue about these papers."""
        for paper_id in paper_ids:
            self._execute("DELETE FROM pending WHERE paper_id = ?", (paper_id,))

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
