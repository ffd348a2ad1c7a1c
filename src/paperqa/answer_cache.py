"""Answers kept on disk, given again while library, question, model and settings are the same."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from paperqa.types import Answer, Citation, Claim

_LIMIT = 10_000  # answers; the oldest go first


class AnswerCache:
    """The place of one answer in a library's cache. What can't be read or written isn't kept."""

    def __init__(self, file: Path, *parts: object) -> None:
        """`parts` are all that the answer depends on."""
        self._file = file
        self._key = sha256(repr((_code(), parts)).encode()).hexdigest()

    def get(self) -> dict[str, Any] | None:
        """The kept part of the answer, or None."""
        with suppress(sqlite3.Error, OSError), closing(self._connect()) as db:
            query = "SELECT answer FROM answers WHERE key = ?"
            row = db.execute(query, (self._key,)).fetchone()
            return json.loads(row[0]) if row else None
        return None

    def put(self, answer: Answer) -> None:
        """Keep the answer; its evidence is found again, not kept."""
        kept = {name: value for name, value in answer.to_dict().items() if name in _KEPT}
        with suppress(sqlite3.Error, OSError), closing(self._connect()) as db, db:
            row = (self._key, json.dumps(kept))
            db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", row)
            oldest = "rowid <= (SELECT max(rowid) FROM answers) - ?"
            db.execute(f"DELETE FROM answers WHERE {oldest}", (_LIMIT,))  # noqa: S608

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, timeout=5)
        db.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT)")
        return db


@cache
def _code() -> str:
    """A hash over paperqa itself: other code, or other weights, may answer otherwise."""
    files = Path(__file__).parent.rglob("*.*")
    sources = sorted(file for file in files if file.suffix in (".py", ".json", ".onnx"))
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


_KEPT = ("text", "refused", "claims", "citations", "model", "confidence")


def claims(kept: dict[str, Any]) -> list[Claim]:
    """The claims of a kept answer."""
    return [Claim(**c | {"markers": tuple(c["markers"])}) for c in kept["claims"]]


def citations(kept: dict[str, Any]) -> list[Citation]:
    """The citations of a kept answer."""
    return [Citation(**c) for c in kept["citations"]]
