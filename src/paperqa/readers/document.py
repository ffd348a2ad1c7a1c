"""A file or pasted text, opened carefully: size, encoding and line length are checked here."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

MAX_TEXT = 256 * 2**20  # bytes of a document that is read as one text
MAX_LINE = 16 * 2**20  # bytes of one record in a line-by-line format


class Unreadable(Exception):
    """The document can't be read; nothing of it is taken. `line` counts from 1."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True)
class Document:
    """Bytes with a name. The name is where they came from, never what they are."""

    name: str
    suffix: str
    open: Callable[[], BinaryIO]

    @classmethod
    def from_path(cls, path: Path) -> Document:
        """The file at `path`, not opened yet; `.gz` is unpacked on the way."""
        name = os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")
        if path.suffix.lower() == ".gz":
            inner = path.with_suffix("").suffix.lower()
            return cls(name, inner, lambda: cast(BinaryIO, gzip.open(path)))
        return cls(name, path.suffix.lower(), lambda: path.open("rb"))

    @classmethod
    def from_bytes(cls, data: bytes) -> Document:
        """Pasted text, named by its hash."""
        name = f"pasted:{hashlib.sha256(data).hexdigest()[:12]}"
        return cls(name, "", lambda: io.BytesIO(data))

    def sha256(self) -> str:
        """The hash of the content; raises `Unreadable` for an empty or forbidden file."""
        with self._reading() as stream:
            if not stream.read(1):
                raise Unreadable("the file is empty")
            stream.seek(0)
            return hashlib.file_digest(cast(io.BufferedReader, stream), "sha256").hexdigest()

    def text(self) -> str:
        """The whole text with `\\n` line ends; raises `Unreadable`."""
        with self._reading() as stream:
            data = stream.read(MAX_TEXT + 1)
        if len(data) > MAX_TEXT:
            raise Unreadable(f"the file is over {MAX_TEXT // 2**20} MB; split it into several")
        return _decode(data, 1).removeprefix("\ufeff").replace("\r\n", "\n")

    def lines(self) -> Iterator[tuple[int, str]]:
        """(number, line) for each line, without its end; raises `Unreadable`."""
        with self._reading() as stream:
            for number, raw in enumerate(iter(lambda: stream.readline(MAX_LINE + 1), b""), 1):
                if len(raw) > MAX_LINE:
                    raise Unreadable(f"the line is over {MAX_LINE // 2**20} MB; split it", number)
                line = _decode(raw, number).rstrip("\r\n")
                yield number, line.removeprefix("\ufeff") if number == 1 else line

    @contextmanager
    def _reading(self) -> Iterator[BinaryIO]:
        try:
            with self.open() as stream:
                yield stream
        except PermissionError:
            raise Unreadable("no permission to read it; change its mode or owner") from None
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable(f"it can't be read ({error})") from None


def _decode(data: bytes, first_line: int) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data:
        raise Unreadable("this is a binary file, not text")
    else:
        encoding = "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        raise Unreadable(f"this is not {encoding.upper()} text; save it as UTF-8", line) from None
