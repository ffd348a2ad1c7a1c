"""Models that the user names: a folder, or a repository of the Hugging Face hub pulled into one.

Such a folder has `tokenizer.json` and a model that was exported to ONNX, or token vectors in the
form of model2vec; beside them the JSON files that `recipe.py` reads.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from paperqa.errors import InputError, ModelCorrupt, ModelMissing, SettingsError, StorageError
from paperqa.models.artefacts import LOCAL_MODEL, WORDS_MODEL, manifest
from paperqa.models.pull import first_line, reachable
from paperqa.settings import Settings

ONNX = ("onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx")
STATIC = "model.safetensors"
TOKENIZER = "tokenizer.json"
CONFIGS = (
    "modules.json", "config_sentence_transformers.json", "1_Pooling/config.json",
    "sentence_bert_config.json", "tokenizer_config.json", "config.json",
)  # fmt: skip
_WEIGHTS = ("_data", ".data")  # what is beside an ONNX file of over 2 GB
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_END = 2**20  # bytes
_PART = ".partial"

Advance = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A model's folder; `name` is what the user calls it, `file` the model's where one is named."""

    name: str
    folder: Path
    file: str = ""

    @property
    def model(self) -> Path:
        """The model's file; raises `ModelMissing`."""
        names = (self.file,) if self.file else (*ONNX, STATIC)
        for name in names:
            if (self.folder / name).is_file():
                return self.folder / name
        raise ModelMissing(f"{self.folder} has no {' or '.join(names)}")

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's file; raises `ModelMissing`."""
        if not (self.folder / TOKENIZER).is_file():
            raise ModelMissing(f"{self.folder} has no {TOKENIZER}")
        return self.folder / TOKENIZER

    def configs(self) -> dict[str, Any]:
        """The JSON files that are there, by name; raises `ModelCorrupt`."""
        found = {}
        for name in CONFIGS:
            if (self.folder / name).is_file():
                try:
                    found[name] = json.loads((self.folder / name).read_text(encoding="utf-8"))
                except ValueError as error:
                    raise ModelCorrupt(f"{self.folder / name} is no JSON ({error})") from None
        return found

    def digest(self) -> str:
        """Tells this model from another of its name. Of weights it reads both ends only: hashing
        a gigabyte at each start would take seconds."""
        hashed = sha256(self.tokenizer.read_bytes())
        for end in ("", *_WEIGHTS):
            file = self.model.with_name(self.model.name + end)
            if file.is_file():
                size = file.stat().st_size
                with file.open("rb") as stream:
                    hashed.update(f"{size}".encode() + stream.read(_END))
                    stream.seek(max(0, size - _END))
                    hashed.update(stream.read(_END))
        return hashed.hexdigest()[:8]


def is_name(value: str) -> bool:
    """Whether a setting's value has the form of a hub name, `owner/model` or `owner/model#file`."""
    return bool(_NAME.fullmatch(value.partition("#")[0]))


def find(value: str, models: Path, setting: str) -> Snapshot | None:
    """The folder that a setting's value names, itself or as a hub name; None for any other value.

    `#` and a file's path may follow, as in `owner/model#onnx/model_int8.onnx`. Raises
    `ModelMissing` for a model that isn't here, `SettingsError` for a folder that isn't.
    """
    name, _, file = value.partition("#")
    folder = _folder(value)
    if name and folder.is_dir():
        return Snapshot(_called(folder.resolve()), folder, file)
    if name.startswith((".", "/", "~")):
        raise SettingsError(f"{setting} names the folder {name}, which isn't there")
    if not is_name(value):
        return None
    folder = place(models, name)
    if not folder.is_dir():
        raise ModelMissing(
            f"the model {name} of the Hugging Face hub isn't in {models}; run "
            f"`paperqa models pull {value}`"
        )
    return Snapshot(name, folder, file)


def _called(folder: Path) -> str:
    """A folder's name; in the hub's own cache, the model's."""
    return folder.parent.parent.name if folder.parent.name == "snapshots" else folder.name


def needed(settings: Settings) -> tuple[str, ...]:
    """What `paperqa models pull` has to bring for these settings."""
    named = dict.fromkeys((settings.embedding, settings.reranker, WORDS_MODEL))
    absent = [value for value in named if is_name(value) and not _folder(value).is_dir()]
    known = [value for value in named if value in manifest()]
    return (*known, *absent, *((LOCAL_MODEL,) if settings.llm == "local" else ()))


def _folder(value: str) -> Path:
    return Path(value.partition("#")[0]).expanduser()


def place(models: Path, name: str) -> Path:
    """Where a model of the hub is pulled to."""
    return models / "hub" / name.replace("/", "--")


def pulled(models: Path) -> dict[str, int]:
    """The models that were pulled from the hub, each with its size in bytes."""
    folders = sorted(folder for folder in (models / "hub").glob("*--*") if folder.suffix != _PART)
    return {
        folder.name.replace("--", "/", 1): sum(
            f.stat().st_size for f in folder.rglob("*") if f.is_file()
        )
        for folder in folders
    }


def pull(models: Path, value: str, advance: Advance) -> None:
    """Bring a model of the hub into the models folder; what is there already is kept.

    Raises `ModelMissing` where the hub can't be reached or has no such model, and `StorageError`.
    """
    from huggingface_hub import HfApi, constants, hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    name, _, file = value.partition("#")
    folder = place(models, name)
    if folder.is_dir() and (not file or (folder / file).is_file()):
        return
    if reason := unreachable():
        raise ModelMissing(f"{name} can't be pulled: {reason}")
    disable_progress_bars()
    partial = folder.with_name(folder.name + _PART)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        about = HfApi(endpoint=constants.ENDPOINT).model_info(name, files_metadata=True)
        sizes = {f.rfilename: f.size or 0 for f in about.siblings or ()}
        wanted = _wanted(name, file, tuple(sizes), "model2vec" in (about.tags or ()))
        total, done = sum(sizes[one] for one in wanted), 0
        for one in wanted:
            hf_hub_download(
                name, one, revision=about.sha, local_dir=partial, endpoint=constants.ENDPOINT
            )
            done += sizes[one]
            advance(done, total)
    except (InputError, KeyboardInterrupt):
        raise
    except OSError as error:
        if error.errno is not None and not isinstance(error, ConnectionError):
            raise StorageError(
                f"{partial}: {error.strerror}; free some space or change PAPERQA_MODELS"
            ) from None
        raise ModelMissing(f"{name} can't be pulled: {first_line(error)}") from None
    except Exception as error:  # the hub's client has errors of many kinds
        raise ModelMissing(f"{name} can't be pulled: {first_line(error)}") from None
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    if folder.is_dir():
        shutil.copytree(folder, partial, dirs_exist_ok=True)
        shutil.rmtree(folder)
    partial.replace(folder)


def unreachable() -> str:
    """Why the hub can't be used now; empty where it can."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "the Hugging Face hub is switched off (HF_HUB_OFFLINE)"
    return "" if reachable(constants.ENDPOINT) else f"{constants.ENDPOINT} can't be reached"


def _wanted(name: str, file: str, held: Sequence[str], is_static: bool) -> list[str]:
    """The files of a repository that paperqa needs; raises `InputError`."""
    choices = (file,) if file else (STATIC,) if is_static else ONNX
    model = next((one for one in choices if one in held), None)
    if model is None or TOKENIZER not in held:
        missing = TOKENIZER if model else " or ".join(choices)
        raise InputError(
            f"the model {name} has no {missing}, which paperqa needs; choose another model or "
            "file (NAME#FILE), or export it with optimum-cli"
        )
    beside = (model, *(model + end for end in _WEIGHTS), TOKENIZER, *CONFIGS)
    return [one for one in beside if one in held]
