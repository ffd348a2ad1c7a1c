"""Uploaded files: checked, named by us, kept under the library, and added to it."""

from __future__ import annotations

import filecmp
import re
import shutil
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from paperqa.index.schema import translated
from paperqa.library import Library
from paperqa.readers import Document, Unreadable, read
from paperqa.types import AddReport, Paper, Rejection

LARGEST = 50 * 2**20  # bytes of a file
TOO_LARGE = f"the file is over {LARGEST // 2**20} MB; split it into several"
_LONGEST = 200  # bytes of a name without its ending; file systems take 255 with it
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # on Windows


def add_uploads(
    library: Library,
    files: Sequence[Path],
    progress: Callable[[int, int], None] = lambda done, known: None,
) -> AddReport:
    """Keep files under `<library>/uploads` and add them, each whatever becomes of the others.

    One that holds no paper isn't kept. Rejections name a file as it came, without a folder.
    Raises `LibraryError`.
    """
    kept: dict[str, Path] = {}
    rejected = []
    for file in files:
        try:
            kept[str(keep(file, library.folder.resolve() / "uploads"))] = file
        except Unreadable as error:
            rejected.append(Rejection(file.name, error.reason))
    report = library.add(*kept, progress=progress) if kept else AddReport(0, 0, 0)
    for source in {each.source for each in report.rejected}:
        if not _has_papers(Path(source)):
            Path(source).unlink()
    rejected += [replace(each, source=kept[each.source].name) for each in report.rejected]
    return replace(report, rejected=tuple(rejected))


def keep(file: Path, folder: Path) -> Path:
    """Copy a file into a folder without overwriting: equal files are one, others are numbered.

    Raises `Unreadable` for one that is too large or of a kind that isn't read, and `StorageError`.
    """
    if file.stat().st_size > LARGEST:
        raise Unreadable(TOO_LARGE)
    name = safe_name(file.name)
    stem, suffix = Path(name).stem, Path(name).suffix
    read(Document(name, suffix.lower(), lambda: file.open("rb")))  # a kind that is read, or raises
    with translated(folder / name):
        folder.mkdir(parents=True, exist_ok=True)
        names = chain([name], (f"{stem} ({n}){suffix}" for n in count(2)))
        return next(
            target
            for target in (folder / each for each in names)
            if _copied(file, target) or filecmp.cmp(file, target, shallow=False)
        )


def _copied(file: Path, target: Path) -> bool:
    """Copy a file to where there is none; whether that was so."""
    try:
        with file.open("rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy)
    except FileExistsError:
        return False
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return True


def _has_papers(file: Path) -> bool:
    try:
        return Paper in [type(each) for each in read(Document.from_path(file))]
    except Unreadable:
        return False


def safe_name(name: str) -> str:
    """A file name that means the same on every system and can't lead elsewhere.

    >>> safe_name("../../etc/pass:wd.txt"), safe_name("NUL.csv")
    ('pass_wd.txt', '_NUL.csv')
    """
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    plain = re.sub(r'[<>:"|?*]', "_", shown).strip(" .")
    if not plain or _DEVICES.match(plain):
        plain = f"_{plain}"
    stem, suffix = Path(plain).stem, Path(plain).suffix
    return stem.encode()[:_LONGEST].decode(errors="ignore") + suffix[:20]
