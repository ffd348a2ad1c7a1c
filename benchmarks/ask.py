"""Seconds from a question to each step of its answer, beside a prompt of whole abstracts."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable

from llama_index.core.llms import ChatMessage, MessageRole

from common import alternate, median, quiet_check, seeds, table
from paperqa import Library
from paperqa.answering.wording import REFUSAL, turns
from paperqa.models.chat import ChatModel, load_chat
from paperqa.models.embedding import load_embedding
from paperqa.passages import sentence_spans
from paperqa.prompts import render
from paperqa.settings import load_settings

REPEATS = 2  # the calmest counts
ABSTRACTS = 3
MOMENTS = ("evidence", "first_token", "first_claim", "total")
USAGE = ("prompt_tokens", "completion_tokens")
QUESTIONS = (
    "How much faster is Mamba at inference than a transformer?",
    "What FID does Send-VAE reach on ImageNet 256x256?",
    "How does CrossViT fuse tokens from two branches?",
    "What does iTransformer embed as a token?",
    "Why do vision transformers need so much data, seen from the loss landscape?",
    "How many bits does GPTQ quantize weights to?",
    "What does the Long Range Arena measure?",
    "How does the Swin Transformer limit the cost of self-attention?",
    "How many parameters does the smallest compact transformer have?",
    "What share of tasks in the US could language models affect?",
)
Measured = dict[str, float]


def naive(library: Library, chat: ChatModel, question: str) -> Measured:
    """The same rules, model and search, but whole abstracts, and nothing is checked."""
    asked_at = time.perf_counter()
    found = library.search(question, ABSTRACTS)
    moments = {"evidence": time.perf_counter() - asked_at}
    sources = "\n".join(f'{e.rank}. "{e.paper.title}"\n{e.paper.abstract}' for e in found)
    body = render("question", sources=sources, question=question, task="Answer:")
    messages = [
        *turns("free", refusal=REFUSAL),
        ChatMessage(role=MessageRole.USER, content=body),
    ]
    usage: dict[str, int] = {}
    text = ""
    for delta in chat.in_turn(lambda: chat.reply(messages, usage)):
        text += delta
        now = time.perf_counter() - asked_at
        moments.setdefault("first_token", now)
        if len(sentence_spans(text)) > 1:
            moments.setdefault("first_claim", now)
    moments["total"] = time.perf_counter() - asked_at
    moments.setdefault("first_claim", moments["total"])
    return {**moments, **usage}


def ours(library: Library, question: str) -> Measured:
    """`Library.ask`, with its own timings."""
    answer = library.ask(question)
    return {**answer.timings, **answer.usage}


def main() -> None:
    """Measure and print."""
    folder = seeds()
    settings = load_settings(llm="local", cache=False)
    model = load_embedding(settings)
    chat = load_chat(settings)
    assert chat is not None
    with (
        tempfile.TemporaryDirectory() as place,
        Library(place, settings=settings, embedding=model) as worded,
        Library(place, settings=load_settings(llm="none", cache=False), embedding=model) as quoted,
    ):
        worded.add(folder)
        works: dict[str, Callable[[], list[Measured]]] = {
            "ask, local model": lambda: [ours(worded, q) for q in QUESTIONS],
            "whole abstracts, local model": lambda: [naive(worded, chat, q) for q in QUESTIONS],
            "ask, no model (quotes)": lambda: [ours(quoted, q) for q in QUESTIONS],
        }
        for library in (worded, quoted):
            library.ask("How do vision transformers cut an image into patches?")
        runs = alternate(REPEATS, *works.values())

    rows = []
    for name, repeats in zip(works, runs, strict=True):
        calmest = min(repeats, key=lambda run: sum(item["total"] for item in run))
        rows.append((name, *(_middle(calmest, key) for key in (*MOMENTS, *USAGE))))
    ratios = [b / a for a, b in zip(rows[0][1:], rows[1][1:], strict=True)]
    table(
        f"Seconds since the question: medians of {len(QUESTIONS)}, calmest of {REPEATS} runs",
        ("what", *(name.replace("_", " ") for name in MOMENTS), "tokens in", "tokens out"),
        [*rows, ("abstracts / ask", *ratios)],
    )
    print("first claim: checked and shown (ask); a whole sentence, unchecked (abstracts)")


def _middle(run: list[Measured], key: str) -> float | None:
    values = [item[key] for item in run if key in item]
    return median(values) if values else None


if __name__ == "__main__":
    with quiet_check():
        main()
