"""What is configured, what is reachable, where things are, and what to fix."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from paperqa import __version__
from paperqa.errors import ModelMissing, PaperqaError
from paperqa.models.artefacts import LOCAL_MODEL, is_present, known, megabytes
from paperqa.models.chat import OPENAI_URL, load_chat
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
    host = host_of(settings)
    if host is None:
        return "nothing"
    if is_loopback(host):
        return f"nothing; a server on it ({host}) words the answers"
    return f"each question with the sentences found for it, to {host}"


def host_of(settings: Settings) -> str | None:
    """The host that the chosen model's server has, None where the model needs none."""
    if settings.llm.startswith("openai:"):
        return urlsplit(OPENAI_URL).hostname
    if settings.llm.startswith(("http://", "https://")):
        return urlsplit(settings.llm).hostname
    return None


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own, by its spelling alone."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


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
    try:
        chat = load_chat(settings)
    except ModelMissing as error:
        return Finding(
            "PAPERQA_LLM", f"{settings.llm}: answers are quotes until it is there", str(error)
        )
    except PaperqaError as error:
        return Finding("PAPERQA_LLM", f"{settings.llm}: not usable", str(error))
    return Finding("PAPERQA_LLM", f"{chat.name} answers" if chat else "none: answers are quotes")
