"""One small flat `Settings`, read from the environment (`PAPERQA_*`) and `.env`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from paperqa.errors import SettingsError

PREFIX = "PAPERQA_"
_TEST_VARIABLES = ("PAPERQA_SEEDS", "PAPERQA_BENCH")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """What a user can choose; each field is `PAPERQA_<NAME>` in the environment or `.env`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    library: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("paperqa") / "library",
        description="Folder of the library that commands use when no --library is given.",
    )
    models: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("paperqa") / "models",
        description="Folder that model files are pulled into.",
    )
    llm: str = Field(
        default="local",
        description="Who words the answers: `local`, a path to a GGUF file, `openai:MODEL`, "
        "the URL of an OpenAI-compatible server (`http://host:port/v1#MODEL`), or `none`.",
    )
    api_key: SecretStr | None = Field(
        default=None,
        description="Key for the endpoint named in PAPERQA_LLM; `openai:` also takes "
        "OPENAI_API_KEY.",
    )
    embedding: str = Field(
        default="minilm",
        description="Embedding model: `minilm` (all-MiniLM-L6-v2, int8), `potion` (static, fast), "
        "a model of the Hugging Face hub (`owner/name`, perhaps `#file`), a folder, "
        "`openai:MODEL`, or the URL of an OpenAI-compatible server.",
    )
    embedding_key: SecretStr | None = Field(
        default=None,
        description="Key for the endpoint named in PAPERQA_EMBEDDING, where it isn't "
        "PAPERQA_LLM's.",
    )
    reranker: str = Field(
        default="none",
        description="What orders the best papers anew: `none`, a cross-encoder of the Hugging "
        "Face hub, a folder, or the URL of a server with `/rerank`.",
    )
    reranker_key: SecretStr | None = Field(
        default=None,
        description="Key for the endpoint named in PAPERQA_RERANKER, where it isn't PAPERQA_LLM's.",
    )
    chunk_tokens: int = Field(
        default=512, ge=32, le=8192, description="Longest passage, in cl100k_base tokens."
    )
    merge_duplicates: bool = Field(
        default=True,
        description="Take near-identical papers (versions, preprint and published) for one.",
    )
    sources: int = Field(
        default=6, ge=1, le=50, description="How many papers an answer may draw on."
    )
    cache: bool = Field(
        default=True,
        description="Keep answers, and give them again while library, model and settings are the "
        "same.",
    )
    threads: int = Field(
        default_factory=_cores, ge=1, le=256, description="CPU threads for the models."
    )
    timeout: float = Field(
        default=120.0, gt=0, description="Seconds to wait for a model server's next words."
    )


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment and `.env`; keyword arguments win, None means not given.

    Raises `SettingsError` with one line for each value that can't be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{str(item['loc'][0]).upper()}={item['input']!r}: {item['msg']}"
            if item["loc"]
            else item["msg"]
            for item in error.errors()
        )
        raise SettingsError(f"{problems}. Change it in the environment or .env.") from None


def unknown_variables() -> list[str]:
    """`PAPERQA_*` variables in the environment that name no setting, likely misspelt."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | set(_TEST_VARIABLES)
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
