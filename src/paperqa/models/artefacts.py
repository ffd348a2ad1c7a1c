"""Model files in a local folder, each known by its sha256 (see manifest.toml)."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from paperqa.errors import InputError, ModelCorrupt, ModelMissing

LOCAL_MODEL = "qwen"  # the one that PAPERQA_LLM=local means
MINILM = "minilm"  # the default embedding model, whose vectors of word pieces reader.py shares
WORDS_MODEL = "potion"  # the one that tells how close words are, see words.py
_BLOCK = 4 * 2**20


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: where it lies below the models folder, and what it must hold.

    `hub` is `repository:path`; each of `wheels` is `package==version:path inside`.
    """

    name: str
    sha256: str
    size: int
    hub: str
    wheels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the manifest."""

    name: str
    about: str
    licence: str
    files: tuple[ModelFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


@cache
def manifest() -> dict[str, Model]:
    """The models that paperqa knows, by name."""
    data = tomllib.loads((Path(__file__).parent / "manifest.toml").read_text(encoding="utf-8"))
    return {
        name: Model(
            name=name,
            about=entry["about"],
            licence=entry["licence"],
            files=tuple(
                ModelFile(**{**file, "wheels": tuple(file["wheels"])}) for file in entry["files"]
            ),
        )
        for name, entry in data.items()
    }


def known(name: str) -> Model:
    """The model of that name; raises `InputError`."""
    if name not in manifest():
        raise InputError(f"no model is called {name!r}; these are: {', '.join(manifest())}")
    return manifest()[name]


def is_present(folder: Path, model: Model) -> bool:
    """Whether all files of a model are there, by name and size."""
    return all(_has_size(folder / file.name, file.size) for file in model.files)


def locate(folder: Path, name: str) -> tuple[Path, ...]:
    """The files of a model, their content checked once for each change on disk.

    Raises `ModelMissing` or `ModelCorrupt`.
    """
    model = known(name)
    for file in model.files:
        path = folder / file.name
        if not path.exists():
            raise ModelMissing(
                f"the model {name!r} is not in {folder}; run `paperqa models pull {name}` "
                f"({megabytes(model.size)})"
            )
        if not is_checked(path):
            check(path, file)
    return tuple(folder / file.name for file in model.files)


def is_checked(path: Path) -> bool:
    """Whether a file was checked and hasn't changed since."""
    return _seal(path) == _read_seal(path)


def check(path: Path, file: ModelFile) -> None:
    """Hash a file and remember that it is right; raises `ModelCorrupt`."""
    if not matches(path, file):
        raise ModelCorrupt(
            f"{path} is not the file that the manifest names; delete it and run "
            f"`paperqa models pull`"
        )
    seal(path)


def matches(path: Path, file: ModelFile) -> bool:
    """Whether a file holds what the manifest says."""
    return _has_size(path, file.size) and sha256(path) == file.sha256


def seal(path: Path) -> None:
    """Remember that a file was checked."""
    try:
        _seal_path(path).write_text(json.dumps(_seal(path)), encoding="utf-8")
    except OSError:
        return  # a read-only models folder only means hashing again next time


def sha256(path: Path) -> str:
    """The hash of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def megabytes(size: int) -> str:
    """A file size for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _seal(path: Path) -> list[int]:
    """What changes when a file does; hashing 1.1 GB at each start would take seconds."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _seal_path(path: Path) -> Path:
    return path.with_name(path.name + ".checked")


def _read_seal(path: Path) -> list[int] | None:
    try:
        seal: list[int] = json.loads(_seal_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return seal
