"""What is configured, what is reachable, where things are, and what to fix."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from paperqa import __version__
from paperqa.errors import ModelMissing, PaperqaError
from paperqa.models.artefacts import LOCAL_MODEL, is_present, known, megabytes
from paperqa.settings import Settings, unknown_variables


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `fix` says what to do, and is empty where all is well."""

    what: str
    state: str
    fix: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that an answer needs."""
    yield Finding("paperqa", f"{__version__}, Python {platform.python_version()}")
    yield _library(settings)
    for name in (settings.embedding, LOCAL_MODEL):
        model = known(name)
        present = is_present(settings.models, model)
        needed = name == settings.embedding or (name == LOCAL_MODEL and settings.llm == "local")
        yield Finding(
            f"model {name}",
            f"{model.about}: {'present' if present else 'absent'} in {settings.models}",
            f"run `paperqa models pull {name}` ({megabytes(model.size)})"
            if needed and not present
            else "",
        )
    yield _llm(settings)
    yield Finding("leaves this machine", what_leaves(settings))
    for name in unknown_variables():
        yield Finding("environment", f"{name} names no setting", "check its spelling")


def what_leaves(settings: Settings) -> str:
    """Which text goes where, for the chosen model."""
    if settings.llm in ("local", "none") or settings.llm.lower().endswith(".gguf"):
        return "nothing"
    host = (
        "api.openai.com" if settings.llm.startswith("openai:") else urlsplit(settings.llm).hostname
    )
    return f"each question with the sentences found for it, to {host}"


def _library(settings: Settings) -> Finding:
    from paperqa.library import Library

    if not (settings.library / "catalogue.db").exists():
        return Finding("library", f"none yet at {settings.library}; the sample papers answer")
    try:
        with Library(settings=settings) as library:
            problems = library.problems()
            return Finding(
                "library", f"{len(library)} papers in {library.folder}", "; ".join(problems)
            )
    except PaperqaError as error:
        return Finding("library", f"{settings.library} can't be used", str(error))


def _llm(settings: Settings) -> Finding:
    from paperqa.models.chat import load_chat

    try:
        chat = load_chat(settings)
    except ModelMissing as error:
        return Finding(
            "PAPERQA_LLM", f"{settings.llm}: answers are quotes until it is there", str(error)
        )
    except PaperqaError as error:
        return Finding("PAPERQA_LLM", f"{settings.llm}: not usable", str(error))
    return Finding("PAPERQA_LLM", f"{chat.name} answers" if chat else "none: answers are quotes")
