"""The commands of `paperqa models`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from paperqa.errors import InputError


@click.group()
def models() -> None:
    """The model files: list, pull, verify."""


@models.command("list")
def models_list() -> None:
    """The models that paperqa knows, and whether they are here."""
    from paperqa.models.artefacts import is_present, manifest, megabytes
    from paperqa.settings import load_settings
    from paperqa.terminal import table

    folder = load_settings().models
    table(
        ("name", "size", "here", "licence", "what"),
        ((m.name, megabytes(m.size), "yes" if is_present(folder, m) else "no", m.licence, m.about)
         for m in manifest().values()),
    )  # fmt: skip


@models.command("pull")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--from", "given", type=click.Path(path_type=Path), metavar="PATH",
              help="A file or folder that holds the model's files already.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Say nothing of models that are here.")
def models_pull(names: tuple[str, ...], given: Path | None, quiet: bool) -> None:
    """Fetch models and check them; without NAME, those that the settings need."""
    from paperqa.models.artefacts import LOCAL_MODEL, is_present, known, megabytes
    from paperqa.models.pull import pull
    from paperqa.settings import load_settings
    from paperqa.terminal import progress_bar, say

    if given is not None and not given.exists():
        raise InputError(f"{given}: there is no such file or folder; check the path")
    settings = load_settings()
    needed = (settings.embedding, *((LOCAL_MODEL,) if settings.llm == "local" else ()))
    for model in [known(name) for name in names or needed]:
        if quiet and is_present(settings.models, model):
            pull(settings.models, model, lambda n: None)
            continue
        declined = " PAPERQA_LLM=none does without it." if model.name == LOCAL_MODEL else ""
        say(f"{model.about}: {megabytes(model.size)}.{declined}")
        with progress_bar(f"Pulling {model.name}", "B") as update:
            pull(settings.models, model, _counter(update, model.size), given)
        say(f"{model.name}: checked, in {settings.models}")


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
