"""How an embedding model wants its texts, and how a vector is read off its output.

What a model's own files say counts (the files of sentence-transformers). Where they are silent,
its name does: `FAMILIES` has what the models' cards on the Hugging Face hub ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from paperqa.errors import ModelError

_QUERY_NAMES = ("query", "search_query", "retrieval.query")
_PASSAGE_NAMES = ("document", "passage", "search_document", "retrieval.passage")
_LONGEST = 8192  # tokens; some files say 10^30
_MODULES = ("Transformer", "Pooling", "Normalize")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What stands before a question and before a passage, how tokens become one vector, and
    where a text is cut."""

    query: str = ""
    passage: str = ""
    pooling: str = "mean"
    max_tokens: int = 512


_SEARCH = "Represent this sentence for searching relevant passages: "
_INSTRUCT = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
)
FAMILIES: tuple[tuple[str, Recipe], ...] = (
    # Wang et al. 2022 and 2024; https://github.com/microsoft/unilm/blob/master/e5/model_config.py
    (r"e5-.*instruct", Recipe(_INSTRUCT)),
    (r"e5-(?:small|base|large)", Recipe("query: ", "passage: ")),
    # Xiao et al. 2023; https://huggingface.co/BAAI/bge-base-en-v1.5
    (r"bge-(?:small|base|large)-en", Recipe(_SEARCH, pooling="cls")),
    (
        r"bge-(?:small|base|large)-zh",
        Recipe("为这个句子生成表示以用于检索相关文章：", pooling="cls"),
    ),
    (r"bge-m3", Recipe(pooling="cls", max_tokens=_LONGEST)),
    # Nussbaum et al. 2024; https://huggingface.co/nomic-ai/nomic-embed-text-v1.5
    (r"nomic-embed-text", Recipe("search_query: ", "search_document: ", max_tokens=2048)),
    # https://huggingface.co/Snowflake/snowflake-arctic-embed-m-v2.0, …-embed-m-v1.5
    (r"arctic-embed(?:2|.*-v2)", Recipe("query: ", pooling="cls", max_tokens=_LONGEST)),
    (r"arctic-embed", Recipe(_SEARCH, pooling="cls")),
    # https://huggingface.co/mixedbread-ai/mxbai-embed-large-v1
    (r"mxbai-embed", Recipe(_SEARCH, pooling="cls")),
    # Li et al. 2023, Zhang et al. 2024; https://huggingface.co/Alibaba-NLP/gte-base-en-v1.5
    (r"gte-.*(?:-v1\.5|multilingual|modernbert)", Recipe(pooling="cls", max_tokens=_LONGEST)),
)
MINILM = Recipe(max_tokens=256)  # what all-MiniLM-L6-v2 was trained on


def by_name(name: str) -> Recipe:
    """The recipe of the family that a model's name belongs to; a plain one for any other."""
    fitting = (recipe for pattern, recipe in FAMILIES if re.search(pattern, name, re.IGNORECASE))
    return next(fitting, Recipe())


def read(name: str, files: Mapping[str, Any]) -> Recipe:
    """The recipe of a model from its JSON files by name; raises `ModelError` for one that needs
    more than paperqa does."""
    kinds = [str(module["type"]).rpartition(".")[2] for module in files.get("modules.json", ())]
    if strange := [kind for kind in kinds if kind not in _MODULES]:
        raise ModelError(f"{name} ends in a {strange[0]} layer, which paperqa can't apply")
    recipe = by_name(name)
    prompts = files.get("config_sentence_transformers.json", {}).get("prompts") or {}
    if any(prompts.values()):
        recipe = replace(
            recipe, query=_first(prompts, _QUERY_NAMES), passage=_first(prompts, _PASSAGE_NAMES)
        )
    if pooling := _pooling(files.get("1_Pooling/config.json", {})):
        if pooling not in ("mean", "cls"):
            raise ModelError(f"{name} pools its tokens by {pooling}; paperqa can do mean and cls")
        recipe = replace(recipe, pooling=pooling)
    longest = (
        files.get("sentence_bert_config.json", {}).get("max_seq_length"),
        files.get("tokenizer_config.json", {}).get("model_max_length"),
    )
    if tokens := next((int(n) for n in longest if n), None):
        recipe = replace(recipe, max_tokens=min(tokens, _LONGEST))
    return recipe


def _first(prompts: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((str(prompts[name]) for name in names if name in prompts), "")


def _pooling(config: Mapping[str, Any]) -> str | None:
    """`mean`, `cls` or another way, from either form of the file."""
    if "pooling_mode" in config:
        return str(config["pooling_mode"])
    ways = [name.removeprefix("pooling_mode_") for name, used in config.items()
            if name.startswith("pooling_mode_") and used]  # fmt: skip
    return " and ".join(way.removesuffix("_tokens").removesuffix("_token") for way in ways) or None
