"""Conversations, kept in the catalogue: questions, answers, what was liked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from paperqa.answer_cache import citations, claims
from paperqa.errors import InputError, LibraryDamaged
from paperqa.index.rows import folded
from paperqa.index.schema import connect, translated
from paperqa.types import Answer, Where

_ANYWHERE = Where()
_LONGEST_TITLE = 80
_WRONG = (ValueError, TypeError, KeyError, AttributeError)  # JSON that isn't what was written


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, in the JSON form of docs/json.md; `asked_at` is ISO 8601, UTC."""

    id: int
    question: str
    answer: Mapping[str, Any]
    liked: bool | None
    asked_at: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A user's questions, oldest first. `updated` is when the last came or went (ISO 8601, UTC).

    `title` is empty until the first question.
    """

    id: str
    owner: str
    title: str
    scope: Where
    updated: str
    turns: tuple[Turn, ...] = ()

    @property
    def cited(self) -> tuple[str, ...]:
        """The ids of the papers that the answers cite, in the order of their first citation."""
        every = (citation for turn in self.turns for citation in turn.answer["citations"])
        return tuple(dict.fromkeys(citation["paper_id"] for citation in every))

    def history(self) -> tuple[Answer, ...]:
        """The answers as `Library.stream` takes them; their evidence isn't kept."""
        return tuple(_to_answer(turn.answer) for turn in self.turns)


class Conversations:
    """The conversations in a catalogue. Safe to use from several threads and processes.

    A user sees and changes their own only: for all else `InputError` is raised, as for what isn't
    there. Every method raises `LibraryError` where the catalogue can't be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # The last connection to close would fold the write-ahead log into the file each time.
        self._kept = connect(path)

    def close(self) -> None:
        """Let go of the catalogue."""
        self._kept.close()

    def list(self, owner: str, words: str = "") -> tuple[Conversation, ...]:
        """An owner's conversations, newest first, without turns.

        Each of `words` is part of a title, a question or an answer, whatever its case and accents.
        A scope that can't be read is left out here; `get` names it.
        """
        query = "SELECT id, title, scope, updated FROM conversations c WHERE owner = ?"
        wanted = folded(_utf8(words)).split()
        for _ in wanted:
            query += (
                " AND (instr(folded(title), ?) OR EXISTS (SELECT 1 FROM turns WHERE "
                "conversation_id = c.id AND instr(text, ?)))"
            )
        values = [owner, *(word for word in wanted for _ in range(2))]
        with self._connected() as catalogue:
            rows = catalogue.execute(query + " ORDER BY updated DESC", values).fetchall()
        return tuple(
            Conversation(id, owner, title, _scope_or_all(scope), updated)
            for id, title, scope, updated in rows
        )

    def get(self, owner: str, id: str) -> Conversation:
        """A conversation with its turns; raises `LibraryDamaged` that names a row it can't read."""
        with self._connected() as catalogue:
            catalogue.execute("BEGIN")  # one state of both tables
            title, scope, updated = _row(catalogue, owner, id)
            rows = catalogue.execute(
                "SELECT id, question, answer, liked, asked_at FROM turns "
                "WHERE conversation_id = ? ORDER BY id",
                (id,),
            ).fetchall()
        with self._readable("scope of conversation", id):
            where = _to_where(scope)
        turns = tuple(self._turn(*row) for row in rows)
        return Conversation(id, owner, title, where, updated, turns)

    def start(self, owner: str, scope: Where = _ANYWHERE, question: str = "") -> Conversation:
        """A new conversation over the papers that `scope` leaves; `question` becomes its title."""
        new = Conversation(uuid4().hex, owner, _title(question), scope, _now())
        row = (new.id, owner, new.title, _from_where(scope), new.updated)
        with self._connected() as catalogue:
            catalogue.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", row)
        return new

    def add(
        self, owner: str, id: str, question: str, answer: Answer, *, instead_of: int | None = None
    ) -> Turn:
        """Keep a question and its answer; the first question becomes the title.

        `instead_of` is the id of the last turn, which goes; raises `InputError` where another is
        the last one.
        """
        question, now = _utf8(question), _now()
        form = _utf8(json.dumps(answer.to_dict(), ensure_ascii=False))
        kept = json.loads(form)
        with self._writing(owner, id) as catalogue:
            if instead_of is not None:
                _take_back(catalogue, id, instead_of)
            catalogue.execute(
                "UPDATE conversations SET title = coalesce(nullif(title, ''), ?), updated = ? "
                "WHERE id = ?",
                (_title(question), now, id),
            )
            turn = catalogue.execute(
                "INSERT INTO turns (conversation_id, question, text, asked_at, answer) "
                "VALUES (?, ?, ?, ?, ?) RETURNING id",
                (id, question, folded(f"{question} {kept['text']}"), now, form),
            ).fetchone()
        return Turn(turn[0], question, kept, None, now)

    def rename(self, owner: str, id: str, title: str) -> None:
        """Give a conversation another title."""
        if not (title := _title(title)):
            raise InputError("the title is empty; type one")
        with self._writing(owner, id) as catalogue:
            catalogue.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, id))

    def rescope(self, owner: str, id: str, scope: Where) -> None:
        """Restrict a conversation's next questions to other papers."""
        row = (_from_where(scope), id)
        with self._writing(owner, id) as catalogue:
            catalogue.execute("UPDATE conversations SET scope = ? WHERE id = ?", row)

    def delete(self, owner: str, id: str) -> None:
        """Remove a conversation with its turns."""
        with self._writing(owner, id) as catalogue:
            catalogue.execute("DELETE FROM turns WHERE conversation_id = ?", (id,))
            catalogue.execute("DELETE FROM conversations WHERE id = ?", (id,))

    def sweep(self, seconds: float) -> None:
        """Delete those without an answer since `seconds`: a server was killed before it came."""
        with self._connected() as catalogue:
            catalogue.execute(
                "DELETE FROM conversations WHERE updated < ? AND NOT EXISTS "
                "(SELECT 1 FROM turns WHERE conversation_id = conversations.id)",
                (_now(ago=seconds),),
            )

    def like(self, owner: str, turn_id: int, liked: bool | None) -> None:
        """Note whether an answer was liked, disliked, or (None) neither."""
        with self._connected() as catalogue:
            changed = catalogue.execute(
                "UPDATE turns SET liked = ? WHERE id = ? AND conversation_id IN "
                "(SELECT id FROM conversations WHERE owner = ?)",
                (liked, turn_id, owner),
            )
        if not changed.rowcount:
            raise InputError(f"you have no answer {turn_id}; reload the page")

    # --- rows ----------------------------------------------------------------------------------

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # One a call: threads come and go, and one that waits to write holds up no other.
        with translated(self._path), closing(connect(self._path)) as catalogue:
            yield catalogue

    @contextmanager
    def _writing(self, owner: str, id: str) -> Iterator[sqlite3.Connection]:
        with self._connected() as catalogue:
            catalogue.execute("BEGIN IMMEDIATE")
            _row(catalogue, owner, id)
            yield catalogue
            catalogue.execute("COMMIT")  # after an error, closing undoes all

    def _turn(self, id: int, question: str, answer: str, liked: int | None, asked_at: str) -> Turn:
        with self._readable("answer of turn", id):
            form = json.loads(answer)
            _to_answer(form)
        return Turn(id, question, form, None if liked is None else bool(liked), asked_at)

    @contextmanager
    def _readable(self, what: str, id: object) -> Iterator[None]:
        try:
            yield
        except _WRONG as error:
            raise LibraryDamaged(
                f"{self._path}: the {what} {id} can't be read ({error!r}); put back a copy of the "
                "file, or delete the conversation"
            ) from error


def _row(catalogue: sqlite3.Connection, owner: str, id: str) -> tuple[str, str, str]:
    """Title, scope and time of a conversation."""
    row: tuple[str, str, str] | None = catalogue.execute(
        "SELECT title, scope, updated FROM conversations WHERE id = ? AND owner = ?", (id, owner)
    ).fetchone()
    if row is None:
        raise InputError(
            f"you have no conversation {id}; it may have been deleted: reload the page"
        )
    return row


def _take_back(catalogue: sqlite3.Connection, id: str, turn_id: int) -> None:
    """Remove the last turn of a conversation; a title that came from its question goes with it."""
    turn = catalogue.execute(
        "DELETE FROM turns WHERE id = ? AND id = (SELECT max(id) FROM turns "
        "WHERE conversation_id = ?) RETURNING question",
        (turn_id, id),
    ).fetchone()
    if turn is None:
        raise InputError("this conversation has gone on meanwhile; reload the page")
    catalogue.execute(
        "UPDATE conversations SET title = iif(title = ? AND NOT EXISTS "
        "(SELECT 1 FROM turns WHERE conversation_id = conversations.id), '', title) "
        "WHERE id = ?",
        (_title(turn[0]), id),
    )


def _to_answer(form: Mapping[str, Any]) -> Answer:
    """An answer from its JSON form; fields that a newer paperqa added are let be."""
    known = {field.name: form[field.name] for field in fields(Answer) if field.name in form}
    parts = {"claims": tuple(claims(known)), "citations": tuple(citations(known)), "evidence": ()}
    return Answer(**known | parts | {"notes": tuple(known.get("notes", ()))})


def _from_where(where: Where) -> str:
    unlike = asdict(_ANYWHERE)
    return json.dumps({k: v for k, v in asdict(where).items() if v != unlike[k]})


def _to_where(text: str) -> Where:
    given = json.loads(text).items()
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given}
    return Where(**values)


def _scope_or_all(text: str) -> Where:
    with suppress(*_WRONG):
        return _to_where(text)
    return _ANYWHERE


def _title(question: str) -> str:
    line = " ".join(_utf8(question).split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"


def _utf8(text: str) -> str:
    """`text` without halves of characters, which a browser can send and SQLite doesn't take."""
    return text.encode("utf-8", "replace").decode()


def _now(ago: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(timespec="microseconds")
