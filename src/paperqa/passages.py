"""Papers are cut into passages of whole sentences; both are spans of the paper's text."""

from __future__ import annotations

import os
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import sentencex

from paperqa.types import Paper, Passage

if TYPE_CHECKING:
    import tiktoken

# Written into the index fingerprint: raise it when sentences or passages come out otherwise.
VERSION = 1

_ENUMERATOR = re.compile(
    r"(?<=[.!?;:])(?<!\b(?:Eq|al)\.)(?<!\bFig\.)(?<!\bSec\.)\s+"
    r"(?=\((?:\d{1,2}|[ivx]{1,4}|[a-h])\)\s)"
)
_LONGEST_SENTENCE = 2000  # characters; longer runs (tables, code) are cut at white space


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of `text`, without the white space around it."""
    spans: list[tuple[int, int]] = []
    cursor = 0
    for piece in sentencex.segment("en", text):
        # sentencex returns the text in order and complete; a moving cursor keeps repeats apart
        start = text.index(piece, cursor)
        cursor = start + len(piece)
        for begin, end in _split_enumerators(text, start, cursor):
            spans += _cut(text, begin, end)
    return spans


def _split_enumerators(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """sentencex keeps what follows `(3)` with the sentence before; part them."""
    edges = [start, *(m.end() for m in _ENUMERATOR.finditer(text, start, end)), end]
    return list(pairwise(edges))


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    while start < end:
        stop = end
        if end - start > _LONGEST_SENTENCE:
            space = text.rfind(" ", start, start + _LONGEST_SENTENCE)
            stop = space if space > start else start + _LONGEST_SENTENCE
        piece = text[start:stop]
        left = len(piece) - len(piece.lstrip())
        if stripped := piece.strip():
            spans.append((start + left, start + left + len(stripped)))
        start = stop
    return spans


def split(paper: Paper, max_tokens: int) -> tuple[Passage, ...]:
    """Passages of whole sentences, at most `max_tokens` tokens each unless one sentence is longer.

    `paper.text[p.start:p.end] == p.text` for each passage p, and likewise for its sentences.
    """
    groups: list[list[tuple[int, int]]] = []
    used = 0
    for start, end in sentence_spans(paper.text):
        # with the white space before it, which may be long
        tokens = count_tokens(paper.text[groups[-1][-1][1] if groups else start : end])
        if not groups or used + tokens > max_tokens:
            groups.append([])
            used, tokens = 0, count_tokens(paper.text[start:end])
        groups[-1].append((start, end))
        used += tokens
    return tuple(
        Passage(
            id=f"{paper.id}#{n}",
            paper_id=paper.id,
            start=group[0][0],
            end=group[-1][1],
            text=paper.text[group[0][0] : group[-1][1]],
            sentences=tuple(group),
        )
        for n, group in enumerate(groups)
    )


def paper_of(passage_id: str) -> str:
    """The id of the paper that a passage is of."""
    return passage_id.rpartition("#")[0]


def count_tokens(text: str) -> int:
    """The length of `text` in cl100k_base tokens."""
    return len(_encoding().encode_ordinary(text))


@cache
def _encoding() -> tiktoken.Encoding:
    import tiktoken

    if "TIKTOKEN_CACHE_DIR" not in os.environ:
        # tiktoken downloads its vocabulary; LlamaIndex carries it
        import importlib.util

        spec = importlib.util.find_spec("llama_index")
        for folder in (spec.submodule_search_locations or []) if spec else []:
            cache_folder = Path(folder) / "core" / "_static" / "tiktoken_cache"
            if cache_folder.is_dir():
                os.environ["TIKTOKEN_CACHE_DIR"] = str(cache_folder)
    return tiktoken.get_encoding("cl100k_base")
