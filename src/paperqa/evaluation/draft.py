"""Draft questions on a library's papers, worded by a model, for a human to read and edit.

What code can check of a draft, it checks; whether a question is worth asking, only a reader knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from paperqa.answering.wording import turns
from paperqa.errors import InputError
from paperqa.evaluation.check import problems
from paperqa.evaluation.dataset import read_sample
from paperqa.library import Library
from paperqa.models.chat import ChatModel, load_chat
from paperqa.naming import named_papers
from paperqa.prompts import fenced
from paperqa.readers import Document, read
from paperqa.sample import PAPERS
from paperqa.types import Paper

_TRIED = 3  # papers for each question, at most
_READ = 3_000  # characters of a paper, at most
_KEY_WORDS = 6  # a longer key is a sentence, which no right answer repeats
_FORM = re.compile(r"QUESTION: (.+)\nANSWER: (.+)\nKEY: (.+)")


def draft(
    library: Library, n: int, progress: Callable[[int, int], None]
) -> Iterator[dict[str, Any]]:
    """At most `n` rows of a question set, each on another paper; fewer where drafts are dropped.

    The papers are spread over the library (the packaged sample while it is empty), the same each
    time. Raises `InputError` where the settings name no model, and what `load_chat` raises.
    """
    chat = load_chat(library.settings)
    if chat is None:
        raise InputError("drafting needs a model: name one with --model or PAPERQA_LLM")
    papers = list(library.papers()) or _sample()
    return _drafts(chat, [paper for paper in papers if paper.title], n, progress)


def _drafts(
    chat: ChatModel, papers: Sequence[Paper], n: int, progress: Callable[[int, int], None]
) -> Iterator[dict[str, Any]]:
    made = 0
    for paper in candidates(papers, n):
        progress(made, n)
        row = _draft(chat, paper, papers, f"draft-{made + 1:03}")
        if row:
            made += 1
            yield row
        if made == n:
            break
    progress(made, n)


def candidates(papers: Sequence[Paper], n: int) -> list[Paper]:
    """Papers at even distances, three for each of `n` questions where there are so many; the
    first `n` are spread over all of them too."""
    most = min(len(papers), _TRIED * n)
    even = [papers[i * len(papers) // most] for i in range(most)]
    return [paper for start in range(_TRIED) for paper in even[start::_TRIED]]


def _draft(
    chat: ChatModel, paper: Paper, papers: Sequence[Paper], id_: str
) -> dict[str, Any] | None:
    """The model's question on a paper; None where it isn't of the form or fails a check."""
    text = (paper.abstract or paper.text)[:_READ]
    messages = turns("draft", title=fenced(paper.title), text=fenced(text))
    reply = "".join(chat.in_turn(lambda: chat.reply(messages, {})))
    found = _FORM.fullmatch("\n".join(line.strip() for line in reply.splitlines() if line.strip()))
    if not found:
        return None
    question, answer, key = found[1], found[2], found[3].strip(' "“”.')
    others = [other for other in papers if other.id != paper.id]
    if paper in named_papers(question, [paper, *others]):
        return None
    if not question.endswith("?") or len(key.split()) > _KEY_WORDS:
        return None
    row = {"id": id_, "split": "dev", "kind": "fact", "question": question,
           "titles": [paper.title], "keys": [[key]], "reference": answer}  # fmt: skip
    return None if problems([read_sample(row)], {paper.title: text}) else row


def _sample() -> list[Paper]:
    return [paper for paper in read(Document.from_path(PAPERS)) if isinstance(paper, Paper)]
