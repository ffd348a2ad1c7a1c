"""The catalogue's tables, their versions, and opening the file."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paperqa.errors import LibraryDamaged, LibraryLocked, LibraryTooNew, StorageError
from paperqa.index.rows import folded

# Step n brings a catalogue from version n to n + 1; steps are only ever appended.
MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('generation', '0');

    -- What was added from where. A source without a hash is read again when it is added again.
    CREATE TABLE sources (
        path TEXT PRIMARY KEY, sha256 TEXT, saved_on TEXT, saved_year INTEGER
    ) WITHOUT ROWID;

    -- What each source says of each paper, as it was read (JSON).
    CREATE TABLE records (
        paper_id TEXT NOT NULL, source TEXT NOT NULL, published TEXT, record TEXT NOT NULL,
        PRIMARY KEY (paper_id, source)
    ) WITHOUT ROWID;
    CREATE INDEX records_source ON records (source);
    CREATE INDEX records_yearless ON records (source, paper_id) WHERE published LIKE '--%';

    -- What all sources of a paper say together.
    CREATE TABLE papers (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, abstract TEXT NOT NULL, text TEXT NOT NULL,
        authors TEXT NOT NULL, n_authors INTEGER, organization TEXT, published TEXT, url TEXT,
        doi TEXT, trailing_number INTEGER, sources TEXT NOT NULL, year INTEGER
    );
    CREATE INDEX papers_year ON papers (year);

    -- Offsets count characters of the paper's text. `sentences` are int32 pairs, `vector` is
    -- float32, `sentence_vectors` float16, one row a sentence.
    CREATE TABLE passages (
        id TEXT PRIMARY KEY, paper_id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
        sentences BLOB NOT NULL, vector BLOB NOT NULL, sentence_vectors BLOB NOT NULL
    );
    CREATE INDEX passages_paper ON passages (paper_id);

    -- Papers whose entries in the other stores may differ from here.
    CREATE TABLE pending (paper_id TEXT PRIMARY KEY) WITHOUT ROWID;
    """,
    """
    -- Each user's questions. `owner` is empty where nobody signs in, `scope` a Where as JSON.
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, scope TEXT NOT NULL,
        updated TEXT NOT NULL
    );
    CREATE INDEX conversations_owner ON conversations (owner, updated);

    -- `text` is question and answer without case and accents, to search in; `answer` is JSON, and
    -- long, so it comes last. The number of a turn that was taken back isn't used again.
    CREATE TABLE turns (
        id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL,
        question TEXT NOT NULL, text TEXT NOT NULL, liked INTEGER, asked_at TEXT NOT NULL,
        answer TEXT NOT NULL
    );
    CREATE INDEX turns_conversation ON turns (conversation_id);
    """,
    """
    -- Title, organisation and authors without case and accents, to look for and sort by.
    ALTER TABLE papers ADD COLUMN words TEXT NOT NULL DEFAULT '';
    UPDATE papers SET words = folded(
        title || ' ' || coalesce(organization, '') || ' ' ||
        (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(authors))
    );
    -- All that a page of the list is chosen by, so that the long texts aren't read for it.
    CREATE INDEX papers_listed ON papers (published DESC, title, organization, year, words, id);
    """,
    """
    -- The ids of records, and the paper that each is part of: near-duplicates are one paper.
    -- `keys` is what near-duplicates share (a JSON list), likeness the index of it.
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, paper_id TEXT NOT NULL,
        keys TEXT NOT NULL DEFAULT '[]'
    );
    INSERT INTO entries (id, paper_id) SELECT DISTINCT paper_id, paper_id FROM records;
    CREATE INDEX entries_paper ON entries (paper_id);
    CREATE TABLE likeness (
        key INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (key, entry)
    ) WITHOUT ROWID;
    CREATE TRIGGER entry_comes AFTER INSERT ON entries BEGIN
        INSERT INTO likeness SELECT value, new.number FROM json_each(new.keys);
    END;
    CREATE TRIGGER entry_changes AFTER UPDATE OF keys ON entries WHEN old.keys <> new.keys BEGIN
        DELETE FROM likeness
        WHERE entry = old.number AND key IN (SELECT value FROM json_each(old.keys));
        INSERT INTO likeness SELECT value, new.number FROM json_each(new.keys);
    END;
    CREATE TRIGGER entry_goes AFTER DELETE ON entries BEGIN
        DELETE FROM likeness
        WHERE entry = old.number AND key IN (SELECT value FROM json_each(old.keys));
    END;
    """,
    """
    -- All that most filters ask of papers whose ids are known, so that the long texts aren't read.
    CREATE INDEX papers_facts ON papers (id, year, n_authors, organization);
    """,
    """
    -- The signs of the vectors of a passage's words in their context, a bit a dimension.
    ALTER TABLE passages ADD COLUMN codes BLOB;
    """,
)
VERSION = len(MIGRATIONS)
_ROOM = 2**20  # bytes; with less, a write that failed did so for want of space
_WAIT = 10.0  # seconds that one process waits for another


class Connection(sqlite3.Connection):
    """A connection that can be referred to weakly, so that it goes with its thread."""


def connect(path: Path) -> Connection:
    """A connection to the catalogue at `path`, made or migrated where needed.

    Raises `LibraryDamaged`, `LibraryTooNew`, `LibraryLocked` or `StorageError`.
    """
    with translated(path):
        connection = sqlite3.connect(
            path, _WAIT, isolation_level=None, check_same_thread=False, factory=Connection
        )
        try:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.create_function("folded", 1, folded, deterministic=True)
            if _version(connection) != VERSION:
                _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    # SQLite doesn't wait for others here, as it does everywhere else
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    version = _version(connection)  # another process may have been first
    if version > VERSION:
        connection.execute("ROLLBACK")
        raise LibraryTooNew(
            f"{path} was written by a newer paperqa (format {version}, this one reads {VERSION}); "
            "update paperqa, or choose another library"
        )
    if version == 0 and any(any(path.parent.glob(name)) for name in ("dense*", "index-*")):
        connection.execute("ROLLBACK")
        raise _damaged(path, "it is empty, the search indexes beside it are not")
    try:
        for step, script in enumerate(MIGRATIONS[version:], version + 1):
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    # executescript() would commit between statements
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's and the operating system's errors, said in paperqa's words."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryLocked(
                f"{path.parent} is being written by another process; try again when it is done"
            ) from error
        # In WAL mode SQLite may say only "disk I/O error" where the disk is full.
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and is_full(path)):
            raise disk_full(path) from error
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise forbidden(path) from error
        raise _damaged(path, str(error)) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(path) from error
        raise forbidden(error.filename or path, error.strerror) from error


def _damaged(path: Path, why: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"{path} can't be read ({why}); put back a copy of it, or delete the library's folder "
        "and add the papers again"
    )


def is_full(path: Path) -> bool:
    """Whether the disk that holds `path` has no room left."""
    return shutil.disk_usage(path.parent).free < _ROOM


def forbidden(path: str | Path, reason: str | None = None) -> StorageError:
    """The error for a place that isn't ours to write to."""
    return StorageError(
        f"{path}: {reason or 'no permission to write'}; check the folder's owner and mode, or "
        "choose another with --library"
    )


def disk_full(path: Path) -> StorageError:
    """The error for a full disk."""
    return StorageError(
        f"the disk that holds {path.parent} is full; free some space and run the command again "
        "(what was committed is kept)"
    )
