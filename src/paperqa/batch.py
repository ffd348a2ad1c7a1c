"""Answering a file of questions: in order, resumable, every line written when it is known."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paperqa.errors import InputError, StorageError
from paperqa.types import Answer, Message


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """A line of the questions file: `{"id", "question", "history"?}`."""

    id: str
    question: str
    history: tuple[Message, ...]


def read_questions(path: Path) -> list[BatchQuestion]:
    """The questions of a JSONL file; raises `InputError`, naming the line."""
    questions: list[BatchQuestion] = []
    seen: set[str] = set()
    for number, row in _rows(path):
        id_, question, history = row.get("id"), row.get("question"), row.get("history") or []
        if not isinstance(id_, str | int) or not isinstance(question, str) or not question.strip():
            raise InputError(f"{path}, line {number}: needs an id and a question")
        if str(id_) in seen:
            raise InputError(f"{path}, line {number}: the id {id_!r} is there twice")
        if not isinstance(history, list) or not all(_is_message(turn) for turn in history):
            raise InputError(
                f"{path}, line {number}: history must be a list of "
                '{"role": "user" or "assistant", "content": text}'
            )
        seen.add(str(id_))
        questions.append(BatchQuestion(str(id_), question, tuple(history)))
    if not questions:
        raise InputError(f"{path}: holds no question")
    return questions


def answer_all(
    questions: list[BatchQuestion],
    out: Path,
    ask: Callable[[str, tuple[Message, ...]], Answer],
    progress: Callable[[int, int], None],
) -> int:
    """Append `{"id", "answer"}` lines to `out` for what it doesn't answer yet; how many.

    Raises `InputError` when `out` holds answers to other questions.
    """
    done = _answered(out)
    if done != [question.id for question in questions[: len(done)]]:
        raise InputError(f"{out} answers other questions; name another file with --out")
    try:
        with out.open("a", encoding="utf-8") as stream:
            for n, question in enumerate(questions[len(done) :], len(done) + 1):
                progress(n - 1, len(questions))
                answer = ask(question.question, question.history)
                row = {"id": question.id, "answer": answer.to_dict()}
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
    except OSError as error:
        raise StorageError(f"{out}: {error.strerror}; the answers so far are kept") from error
    progress(len(questions), len(questions))
    return len(questions) - len(done)


def _answered(out: Path) -> list[str]:
    """The ids in `out`; a last line that a crash cut short is taken off."""
    return [str(row.get("id")) for _, row in _rows(out)] if whole_lines(out) else []


def whole_lines(out: Path) -> list[bytes]:
    """The lines of a file that is appended to; a last one that was cut short is taken off."""
    if not out.exists():
        return []
    found = out.read_bytes()
    complete = found[: found.rfind(b"\n") + 1]
    if len(complete) < len(found):
        out.write_bytes(complete)
    return complete.splitlines()  # of bytes: U+2028 in a text ends none


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"{path} can't be read: {reason}") from None
    rows = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise InputError(f"{path}, line {number}: not valid JSON ({error.msg})") from None
            if not isinstance(row, dict):
                raise InputError(f"{path}, line {number}: not a JSON object")
            rows.append((number, row))
    return rows


def _is_message(turn: object) -> bool:
    return (
        isinstance(turn, dict)
        and turn.get("role") in ("user", "assistant")
        and isinstance(turn.get("content"), str)
    )
