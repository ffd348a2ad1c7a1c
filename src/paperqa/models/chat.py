"""Chat models behind one setting, `PAPERQA_LLM`; all speak to an OpenAI-compatible endpoint.

`PROVIDERS` names them: each takes the setting's value and gives an endpoint, or None where the
value isn't its own. To add a provider, write such a function and give it a line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperqa.errors import EndpointError, ModelCorrupt, ModelMissing, SettingsError
from paperqa.models.artefacts import LOCAL_MODEL, locate
from paperqa.models.endpoint import OPENAI_URL, RETRIES, address, first_model, translated
from paperqa.models.turns import generate_in_turn
from paperqa.settings import Settings

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM, ChatMessage

    from paperqa.models.local_server import LocalServer

_RETRIES = RETRIES
_SEED = 1
_opened: ContextVar[list[httpx.Response]] = ContextVar("_opened")  # by the reply under way


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a chat model answers. A `server` in this process shares its processor."""

    url: str
    model: str
    key: str
    server: LocalServer | None = None


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A LlamaIndex chat model and the name that answers carry."""

    name: str
    llm: LLM
    server: LocalServer | None = None

    @property
    def is_local(self) -> bool:
        """Whether the model runs in this process."""
        return self.server is not None

    def recall(self, prefix: list[ChatMessage], slot: int = 0) -> None:
        """Let a local model start from what it knows of the fixed beginning of a prompt.

        It can have several prompts in mind, each in a slot of its own.
        """
        if self.server is not None:
            self.server.recall([(str(m.role.value), m.content or "") for m in prefix], slot)

    def in_turn(self, pieces: Callable[[], Generator[str]]) -> Generator[str]:
        """`pieces()`, when a local model's turn has come; others need none."""
        return generate_in_turn(pieces) if self.is_local else pieces()

    def reply(
        self,
        messages: list[ChatMessage],
        usage: dict[str, int],
        slot: int = 0,
        *,
        temperature: float = 0.0,
        seed: int = _SEED,
    ) -> Generator[str]:
        """The pieces of a reply; adds to `usage` where the server counts tokens.

        Closing this stops the server. Raises `EndpointError`.
        """
        finished = False
        options = {"temperature": temperature, "seed": seed, **self._in_slot(slot)}
        opened: list[httpx.Response] = []
        _opened.set(opened)
        try:
            with translated(self.name, getattr(self.llm, "api_key", "")):
                for response in self.llm.stream_chat(messages, **options):
                    choices = getattr(response.raw, "choices", None) or []
                    finished = finished or any(choice.finish_reason for choice in choices)
                    _count(usage, response.raw)
                    if response.delta:
                        yield response.delta
        finally:
            for http in opened:  # the openai package leaves it to the garbage collector
                http.close()
        if not finished:
            raise EndpointError(f"{self.name}: the model server broke off; ask again")

    def first_token(
        self, messages: list[ChatMessage], usage: dict[str, int], slot: int = 0, *, n: int
    ) -> dict[str, float]:
        """The `n` tokens that a reply likeliest begins with, and their log-probabilities.

        Raises `EndpointError`, also where the server gives no probabilities of tokens.
        """
        with translated(self.name, getattr(self.llm, "api_key", "")):
            response = self.llm.chat(
                messages,
                logprobs=True,
                top_logprobs=n,
                max_tokens=1,
                seed=_SEED,
                **self._in_slot(slot),
            )
        _count(usage, response.raw)
        try:
            tops = response.raw.choices[0].logprobs.content[0].top_logprobs  # type: ignore[union-attr]
        except (AttributeError, IndexError, TypeError):
            raise EndpointError(f"{self.name}: gives no probabilities of tokens") from None
        return {top.token: top.logprob for top in tops}

    def _in_slot(self, slot: int) -> dict[str, Any]:
        return {"extra_body": {"id_slot": slot}} if self.server is not None else {}


def _count(usage: dict[str, int], raw: Any) -> None:
    counted = getattr(raw, "usage", None)
    if counted is not None:
        for name in ("prompt_tokens", "completion_tokens"):
            usage[name] = usage.get(name, 0) + int(getattr(counted, name))


def _local(value: str, settings: Settings) -> Endpoint | None:
    from paperqa.models.local_server import serve

    if value == "local":
        return _served(serve(locate(settings.models, LOCAL_MODEL)[0], settings.threads))
    if value.lower().endswith(".gguf"):
        path = Path(value).expanduser()
        if not path.is_file():
            raise ModelMissing(f"PAPERQA_LLM names {value}, but there is no such file")
        return _served(serve(path, settings.threads))
    return None


def _served(server: LocalServer) -> Endpoint:
    return Endpoint(server.url, server.name, server.key, server)


def _openai(value: str, settings: Settings) -> Endpoint | None:
    if not value.startswith("openai:"):
        return None
    key = _key(settings) or os.environ.get("OPENAI_API_KEY")
    if not key:
        raise SettingsError(
            f"PAPERQA_LLM={value} needs a key; set PAPERQA_API_KEY or OPENAI_API_KEY"
        )
    return Endpoint(OPENAI_URL, value.removeprefix("openai:"), key)


def _url(value: str, settings: Settings) -> Endpoint | None:
    found = address(value)
    if found is None:
        return None
    url, model = found
    key = _key(settings) or "none"
    return Endpoint(url, model or first_model(url, key), key)


PROVIDERS: dict[str, Callable[[str, Settings], Endpoint | None]] = {
    "local": _local,
    "openai": _openai,
    "url": _url,
}


def load_chat(settings: Settings) -> ChatModel | None:
    """The model that PAPERQA_LLM names, None for `none`.

    Raises `SettingsError`, `ModelMissing`, `ModelCorrupt` or `EndpointError`.
    """
    if settings.llm == "none":
        return None
    for provider in PROVIDERS.values():
        endpoint = provider(settings.llm, settings)
        if endpoint is not None:
            return ChatModel(endpoint.model, _llm(endpoint, settings), endpoint.server)
    raise SettingsError(
        f"PAPERQA_LLM={settings.llm!r} is none of: local, a .gguf file, openai:MODEL, "
        "http://host:port/v1, none"
    )


def chat_or_why(settings: Settings) -> tuple[ChatModel | None, tuple[str, ...]]:
    """The chat model, or none and why, where the local one isn't on this machine.

    Raises `SettingsError` or `EndpointError`.
    """
    try:
        return load_chat(settings), ()
    except (ModelMissing, ModelCorrupt) as error:
        return None, (f"No model words this answer: {error}. Until then, quotes.",)


def _llm(endpoint: Endpoint, settings: Settings) -> LLM:
    import openai
    from llama_index.llms.openai_like import OpenAILike

    def note(response: httpx.Response) -> None:
        _opened.get([]).append(response)

    return OpenAILike(
        model=endpoint.model,
        api_base=endpoint.url,
        api_key=endpoint.key,
        is_chat_model=True,
        temperature=0.0,
        max_tokens=300,
        timeout=settings.timeout,
        max_retries=0 if endpoint.server else _RETRIES,
        http_client=openai.DefaultHttpxClient(event_hooks={"response": [note]}),
        additional_kwargs={"stream_options": {"include_usage": True}},
    )


def _key(settings: Settings) -> str | None:
    return settings.api_key.get_secret_value() if settings.api_key else None
