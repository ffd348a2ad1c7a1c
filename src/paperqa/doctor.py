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
from paperqa.models.chat import load_chat
from paperqa.models.endpoint import address
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
    embedding = _embedding(settings)
    yield _library(settings, usable=not embedding.fix)
    yield embedding
    if settings.reranker != "none":
        yield _reranker(settings)
    yield _local_model(settings)
    yield _llm(settings)
    yield Finding("leaves this machine", what_leaves(settings))
    for name in unknown_variables():
        yield Finding("environment", f"{name} names no setting", "check its spelling")


def what_leaves(settings: Settings) -> str:
    """Which text goes where, for the chosen models."""
    uses = (
        (settings.llm, "each question with the sentences found for it", "words the answers"),
        (settings.embedding, "every paper, question and sentence of an answer", "embeds texts"),
        (settings.reranker, "each question with the passages found for it", "ranks passages"),
    )
    served = [(host, *use) for value, *use in uses if (host := _host(value)) is not None]
    leaving = [f"{text}, to {host}" for host, text, _ in served if not is_loopback(host)]
    if leaving:
        return "; ".join(leaving)
    within = [f"a server on it ({host}) {does}" for host, _, does in served]
    return "; ".join(["nothing", *within])


def host_of(settings: Settings) -> str | None:
    """The host that the chat model's server has, None where the model needs none."""
    return _host(settings.llm)


def _host(value: str) -> str | None:
    found = address(value)
    return urlsplit(found[0]).hostname if found else None


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own, by its spelling alone."""
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _library(settings: Settings, *, usable: bool) -> Finding:
    from paperqa.library import Library

    if not (settings.library / "catalogue.db").exists():
        return Finding("library", f"none yet at {settings.library}; the sample papers answer")
    try:
        with Library(settings=settings) as library:
            problems = library.problems()
            if usable and len(library):
                library.as_retriever()  # raises where the settings ask for another index
            return Finding(
                "library", f"{len(library)} papers in {library.folder}", "; ".join(problems)
            )
    except PaperqaError as error:
        return Finding("library", f"{settings.library} can't be used", str(error))


def _embedding(settings: Settings) -> Finding:
    from paperqa.models.embedding import embedding_dimensions, load_embedding

    what = "PAPERQA_EMBEDDING"
    try:
        model = load_embedding(settings)
        dimensions = embedding_dimensions(model)
    except PaperqaError as error:
        return Finding(what, f"{settings.embedding}: not usable", str(error))
    return Finding(what, f"{model.model_name} embeds, {dimensions} dimensions")


def _reranker(settings: Settings) -> Finding:
    from paperqa.models.reranker import load_reranker

    what = "PAPERQA_RERANKER"
    try:
        load_reranker(settings)
    except PaperqaError as error:
        return Finding(what, f"{settings.reranker}: not usable", str(error))
    return Finding(what, f"{settings.reranker} orders the best papers")


def _local_model(settings: Settings) -> Finding:
    model = known(LOCAL_MODEL)
    present = is_present(settings.models, model)
    return Finding(
        f"model {LOCAL_MODEL}",
        f"{model.about}: {'present' if present else 'absent'} in {settings.models}",
        f"run `paperqa models pull {LOCAL_MODEL}` ({megabytes(model.size)})"
        if settings.llm == "local" and not present
        else "",
    )


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
