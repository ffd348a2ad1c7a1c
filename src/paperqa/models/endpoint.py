"""Models behind HTTP: which server a setting names, with whose key, and its errors in our words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from paperqa.errors import EndpointError, SettingsError
from paperqa.settings import Settings

if TYPE_CHECKING:
    import openai
    from pydantic import SecretStr

OPENAI_URL = "https://api.openai.com/v1"
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Role:
    """What a server is for: the settings that name it and its key, and what helps where it is
    sent too much."""

    setting: str
    key: str
    too_long: str


CHAT = Role(
    "PAPERQA_LLM", "PAPERQA_API_KEY",
    "the sources are too long for this model; lower PAPERQA_SOURCES",
)  # fmt: skip
EMBEDDING = Role(
    "PAPERQA_EMBEDDING", "PAPERQA_EMBEDDING_KEY",
    "a passage is too long for this model; lower PAPERQA_CHUNK_TOKENS",
)  # fmt: skip
RERANKER = Role(
    "PAPERQA_RERANKER", "PAPERQA_RERANKER_KEY",
    "the passages are too long for this model; lower PAPERQA_CHUNK_TOKENS",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Service:
    """A server's model and the client that asks it; raises in our words inside `asked()`."""

    client: openai.OpenAI
    model: str
    role: Role

    @contextmanager
    def asked(self) -> Iterator[None]:
        """The openai package's errors, translated."""
        with translated(self.model, self.client.api_key, self.role):
            yield


def connect(value: str, own: SecretStr | None, role: Role, settings: Settings) -> Service | None:
    """The server that a setting's value names, None where it names none; `own` is its own key.

    Raises `SettingsError`, or `EndpointError` where its first model is asked for in vain.
    """
    import openai

    found = address(value)
    if found is None:
        return None
    url, model = found
    is_openai = value.startswith("openai:")
    key = own.get_secret_value() if own else _chat_key(url, settings)
    if is_openai and not key:
        key = os.environ.get("OPENAI_API_KEY")
    if is_openai and not key:
        raise SettingsError(f"{role.setting}={value} needs a key; set {role.key} or OPENAI_API_KEY")
    key = key or "none"
    client = openai.OpenAI(base_url=url, api_key=key, timeout=settings.timeout, max_retries=RETRIES)
    return Service(client, model or first_model(url, key, role), role)


def address(value: str) -> tuple[str, str] | None:
    """(URL, model) of the server that a value names; None where it names none.

    The model is empty where the value leaves it to the server.
    """
    if value.startswith("openai:"):
        return OPENAI_URL, value.removeprefix("openai:")
    if not value.startswith(("http://", "https://")):
        return None
    url, model = urldefrag(value)
    url = url.rstrip("/")
    return (url if urlsplit(url).path else f"{url}/v1"), model


def _chat_key(url: str, settings: Settings) -> str | None:
    """The chat model's key, where its server is the same; a key goes to no other."""
    chat = address(settings.llm)
    if settings.api_key is None or chat is None or _origin(chat[0]) != _origin(url):
        return None
    return settings.api_key.get_secret_value()


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def first_model(url: str, key: str, role: Role = CHAT) -> str:
    """The first model that a server has; raises `EndpointError`."""
    import openai

    with translated(url, key, role):
        models = openai.OpenAI(base_url=url, api_key=key, timeout=10, max_retries=0).models.list()
        names = [model.id for model in models.data]
    if not names:
        raise EndpointError(f"{url} serves no model; name one as {url}#MODEL")
    return names[0]


@contextmanager
def translated(name: str, key: str = "", role: Role = CHAT) -> Iterator[None]:
    """The openai package's errors, said in paperqa's words; never shows the key.

    What a server says is quoted without it: a careless one sends it back.
    """
    import httpx
    import openai

    def said(error: openai.APIError) -> str:
        words = error.body.get("message") if isinstance(error.body, dict) else None
        words = str(words or error.message)
        return words.replace(key, "…") if len(key) > 7 else words

    try:
        yield
    except openai.AuthenticationError:
        raise EndpointError(f"{name}: the key was refused; check {role.key}") from None
    except openai.NotFoundError as error:
        raise EndpointError(
            f"{name}: not found there ({said(error)}); check the model's name "
            f"and URL in {role.setting}"
        ) from None
    except openai.RateLimitError:
        raise EndpointError(
            f"{name}: too many requests or no quota left; try again later"
        ) from None
    except openai.APITimeoutError:
        raise EndpointError(
            f"{name}: no answer in time; raise PAPERQA_TIMEOUT or try later"
        ) from None
    except openai.BadRequestError as error:
        if "context" not in f"{error.code} {error.message}".lower():
            raise EndpointError(f"{name}: the request was refused ({said(error)})") from None
        raise EndpointError(f"{name}: {role.too_long}") from None
    except openai.APIStatusError as error:
        words = " ".join(said(error).split())[:200]  # some send a whole page
        raise EndpointError(f"{name}: the server failed ({error.status_code}: {words})") from None
    except (openai.APIError, httpx.HTTPError) as error:
        raise EndpointError(
            f"{name}: the model server can't be reached or broke off "
            f"({type(error).__name__}); check that it runs and {role.setting}"
        ) from None
