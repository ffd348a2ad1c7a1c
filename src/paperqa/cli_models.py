"""The commands of `paperqa models`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from paperqa.errors import InputError

CHOICES = (
    "PAPERQA_EMBEDDING takes minilm, potion, OWNER/MODEL of the Hugging Face hub, a folder,",
    "  openai:MODEL, or http://host:port/v1#MODEL",
    "PAPERQA_RERANKER takes OWNER/MODEL (a cross-encoder), a folder, http://host:port/v1#MODEL,",
    "  or none",
    "PAPERQA_LLM takes local, a .gguf file, openai:MODEL, http://host:port/v1#MODEL, or none",
)


@click.group()
def models() -> None:
    """The model files: list, pull, verify."""


@models.command("list")
def models_list() -> None:
    """The models that paperqa knows, and whether they are here."""
    from paperqa.models.artefacts import is_present, manifest, megabytes
    from paperqa.models.hub import pulled
    from paperqa.settings import load_settings
    from paperqa.terminal import say, table

    folder = load_settings().models
    known = [
        (m.name, megabytes(m.size), "yes" if is_present(folder, m) else "no", m.licence, m.about)
        for m in manifest().values()
    ]
    of_the_hub = [
        (name, megabytes(size), "yes", None, "from the Hugging Face hub")
        for name, size in pulled(folder).items()
    ]
    table(("name", "size", "here", "licence", "what"), [*known, *of_the_hub])
    for line in CHOICES:
        say(line)


@models.command("pull")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--from", "given", type=click.Path(path_type=Path), metavar="PATH",
              help="A file or folder that holds the model's files already.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Say nothing of models that are here.")
def models_pull(names: tuple[str, ...], given: Path | None, quiet: bool) -> None:
    """Fetch models and check them; without NAME, those that the settings need.

    NAME is one of `paperqa models list`, or OWNER/MODEL of the Hugging Face hub (OWNER/MODEL#FILE
    for one of several ONNX files).
    """
    from paperqa.models.hub import is_name, needed
    from paperqa.settings import load_settings

    if given is not None and not given.exists():
        raise InputError(f"{given}: there is no such file or folder; check the path")
    settings = load_settings()
    for name in names or needed(settings):
        if is_name(name):
            _pull_from_hub(settings.models, name, quiet)
        else:
            _pull_known(settings.models, name, given, quiet)


def _pull_known(folder: Path, name: str, given: Path | None, quiet: bool) -> None:
    from paperqa.models.artefacts import LOCAL_MODEL, is_present, known, megabytes
    from paperqa.models.pull import pull
    from paperqa.terminal import progress_bar, say

    model = known(name)
    if quiet and is_present(folder, model):
        pull(folder, model, lambda n: None)
        return
    declined = " PAPERQA_LLM=none does without it." if model.name == LOCAL_MODEL else ""
    say(f"{model.about}: {megabytes(model.size)}.{declined}")
    with progress_bar(f"Pulling {model.name}", "B") as update:
        pull(folder, model, _counter(update, model.size), given)
    say(f"{model.name}: checked, in {folder}")


def _pull_from_hub(folder: Path, name: str, quiet: bool) -> None:
    from paperqa.models.hub import place, pull
    from paperqa.terminal import progress_bar, say

    target = place(folder, name.partition("#")[0])
    if not (quiet and target.is_dir()):
        say(f"{name}, from the Hugging Face hub.")
    with progress_bar(f"Pulling {name}", "B") as update:
        pull(folder, name, update)
    if not quiet:
        say(f"{name}: in {target}")


def _counter(update: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    """`update(done, total)` from steps."""
    done = 0

    def advance(n: int) -> None:
        nonlocal done
        done = min(done + n, total)
        update(done, total)

    return advance


@models.command("verify")
def models_verify() -> None:
    """Hash the models that are here and compare them with the manifest."""
    from paperqa.models.artefacts import check, manifest
    from paperqa.settings import load_settings
    from paperqa.terminal import say

    folder = load_settings().models
    for model in manifest().values():
        here = [(folder / file.name, file) for file in model.files if (folder / file.name).exists()]
        for path, file in here:
            check(path, file)
        say(f"{model.name}: {'ok' if len(here) == len(model.files) else 'not here'}")
