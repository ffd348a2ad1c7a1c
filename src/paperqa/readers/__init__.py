"""Document formats: `READERS` names the reader of each kind of file.

A reader takes a `Document` and yields papers, and a `Rejection` for each part that is none; it
raises `Unreadable` when nothing of the document may be taken. To add a format, write one module
with such a function and give it a line in the table.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from paperqa.errors import InputError
from paperqa.readers.document import Document, Unreadable
from paperqa.readers.html import read_html
from paperqa.readers.table import read_csv, read_jsonl
from paperqa.readers.text import read_markdown, read_text
from paperqa.types import Paper, Rejection

__all__ = ["READERS", "Document", "Unreadable", "find_documents", "read"]

Reader = Callable[[Document], Iterator[Paper | Rejection]]

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".html": read_html,
    ".htm": read_html,
    "": read_text,
}
# Formats that users will try, and that have no reader yet.
PLANNED = {".pdf": "PDF", ".bib": "BibTeX"}


def read(document: Document) -> Iterator[Paper | Rejection]:
    """The papers of a document; raises `Unreadable`."""
    reader = READERS.get(document.suffix)
    if reader is None:
        raise Unreadable(_no_reader(document.suffix))
    return reader(document)


def _no_reader(suffix: str) -> str:
    known = " ".join(sorted(filter(None, READERS)))
    if suffix in PLANNED:
        return f"{PLANNED[suffix]} files aren't read yet; these are: {known}"
    return f"{suffix} files aren't read; these are: {known}"


def find_documents(paths: list[Path]) -> tuple[list[Document], list[Path]]:
    """The documents that `paths` name, and the files in folders that no reader takes.

    Folders are searched downwards, hidden files and folders left alone, in the alphabet's order.
    Raises `InputError` for a path that isn't there and for a folder without a readable file.
    """
    documents: dict[str, Document] = {}
    skipped: list[Path] = []
    for path in paths:
        try:
            is_folder = path.is_dir()
            if not is_folder and not path.exists():
                raise InputError(f"{path}: there is no such file or folder; check the path")
        except PermissionError:
            raise InputError(f"{path}: no permission to look there") from None
        except OSError as error:
            raise InputError(f"{str(path)[:100]}: {error.strerror}; check the path") from None
        if not is_folder and not path.is_file():
            raise InputError(f"{path}: not a regular file; pipe its text into `paperqa add -`")
        if not is_folder:
            found = [path]
        else:
            files = _files(path)
            found = [file for file in files if _is_document(file)]
            skipped += [file for file in files if not _is_document(file)]
            if not found:
                raise InputError(
                    f"{path}: this folder holds no file that can be read; "
                    f"these are: {' '.join(sorted(filter(None, READERS)))}"
                )
        for file in found:
            document = Document.from_path(file)
            documents[document.name] = document
    return list(documents.values()), skipped


def _is_document(file: Path) -> bool:
    suffix = Document.from_path(file).suffix
    return bool(suffix) and suffix in READERS


def _files(folder: Path) -> list[Path]:
    def forbidden(error: OSError) -> None:
        raise InputError(f"{error.filename}: no permission to look into this folder") from None

    found = []
    for where, folders, files in os.walk(folder, onerror=forbidden):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(where, name) for name in sorted(files) if not name.startswith(".")]
    return found
