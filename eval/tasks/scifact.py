"""SciFact (Wadden et al. 2020): does a cited abstract support a claim, contradict it, or neither?

DIR holds `corpus.jsonl[.gz]` (its `metadata` the `sentences`), `queries.jsonl` and `answers.jsonl`
(`_id`, `cited_doc_ids`, `evidence`). Every abstract that a claim cites is read. Without a model,
paperqa's check of claims decides: what it passes is supported, and what it drops because the quote
says the opposite is contradicted. The check never quotes for a contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared import f1, reply, report, run

from paperqa.citations import Citations, Encode, Source
from paperqa.evaluation.retrieval import find_jsonl, read_rows
from paperqa.evaluation.statistics import Estimate, estimate
from paperqa.models.chat import ChatModel, load_chat
from paperqa.models.embedding import load_embedding
from paperqa.settings import load_settings
from paperqa.terminal import progress_bar
from paperqa.types import Paper, Sentence

OPPOSITE = re.compile(r"denies what|states what the quote denies|turns the quote's direction")
SYSTEM = """You check a claim against one abstract, whose sentences are numbered.
Reply with one line: SUPPORT, CONTRADICT or NOT ENOUGH INFO, and after SUPPORT or CONTRADICT the
numbers of the sentences that say so, three at most.
Like this: SUPPORT 2, 5"""
USER = "Abstract: {title}\n{sentences}\n\nClaim: {claim}\nReply:"
# The authors' pipeline with oracle abstracts, as github.com/chizo4/SciFCheX ran it on dev.
PUBLISHED = {
    "abstract label-only F1": "VeriSci 77.5 on dev, given the abstracts with evidence alone",
    "sentence selection-only F1": "VeriSci 67.7 on dev, given the abstracts with evidence alone",
}


@dataclass(frozen=True)
class Verdict:
    """SUPPORT, CONTRADICT, NEI, or None (not readable), with sets of sentences, from 0.

    Each gold set is enough by itself; a prediction has one set at most.
    """

    label: str | None
    sets: tuple[frozenset[int], ...] = ()


def score(
    gold: Sequence[Mapping[str, Verdict]], said: Sequence[Mapping[str, Verdict]]
) -> dict[str, Estimate]:
    """The scores for claims: of each the abstracts with evidence, and what was said of those read.

    Label accuracy is over pairs of claim and abstract read. The F1 are the official ones, over
    claims: an abstract is right when its label is; a sentence (whatever the label) when it is in a
    gold set all of which was selected. NEI and what isn't readable predict nothing.
    """
    hits, abstracts, sentences = [], [], []
    for right, found in zip(gold, said, strict=True):
        n_gold = sum(len(one) for verdict in right.values() for one in verdict.sets)
        abstract, sentence = [0, 0, len(right)], [0, 0, n_gold]  # correct, predicted, gold
        for id_, verdict in found.items():
            truth = right.get(id_, Verdict("NEI"))
            same = verdict.label == truth.label
            hits.append(None if verdict.label is None else float(same))
            if verdict.label not in (None, "NEI"):
                selected = frozenset().union(*verdict.sets)
                abstract[0] += same
                abstract[1] += 1
                sentence[0] += sum(len(one) for one in truth.sets if one <= selected)
                sentence[1] += len(selected)
        abstracts.append([abstract])
        sentences.append([sentence])
    return {
        "label accuracy": estimate(hits),
        "abstract label-only F1": f1(abstracts),
        "sentence selection-only F1": f1(sentences),
    }


def parse(said: str, n: int) -> Verdict:
    """The verdict of a reply on an abstract of `n` sentences."""
    found = re.match(r"\W*(SUPPORT|CONTRADICT|NOT ENOUGH INFO)", said, re.IGNORECASE)
    if found is None:
        return Verdict(None)
    label = {"NOT ENOUGH INFO": "NEI"}.get(found[1].upper(), found[1].upper())
    numbers = {int(number) - 1 for number in re.findall(r"\d+", said)} & set(range(n))
    return Verdict(label, (frozenset(numbers),))


def check(claim: str, source: Source, encode: Encode) -> Verdict:
    """What the check of claims says, with the sentences that it quotes."""
    citations = Citations(encode)
    checked = citations.check(claim, [source])
    if not checked.supported:
        return Verdict("CONTRADICT" if OPPOSITE.search(checked.reason) else "NEI")
    starts = [sentence.start for sentence in source.sentences]
    return Verdict("SUPPORT", (frozenset(starts.index(c.start) for c in citations.citations),))


def ask(claim: str, source: Source, chat: ChatModel) -> Verdict:
    """What a chat model says."""
    lines = "\n".join(f"{n}. {s.text}" for n, s in enumerate(source.sentences, 1))
    user = USER.format(title=source.paper.title, sentences=lines, claim=claim)
    return parse(reply(chat, SYSTEM, user), len(source.sentences))


def read_source(row: dict[str, Any]) -> Source:
    """An abstract with the sentences that the data set cuts it into."""
    spans, text = [], ""
    for sentence in map(str.strip, row["metadata"]["sentences"]):
        spans.append(Sentence(len(text), len(text) + len(sentence), sentence, 0.0))
        text += sentence + " "
    return Source(Paper(row["_id"], row["title"], text, text), tuple(spans))


def read_gold(row: dict[str, Any]) -> dict[str, Verdict]:
    """The abstracts with evidence for a claim."""
    return {
        id_: Verdict(found[0]["label"], tuple(frozenset(one["sentences"]) for one in found))
        for id_, found in row["evidence"].items()
    }


def main(folder: Path, model: str, limit: int | None) -> None:
    """Judge the claims, and print how well beside published figures."""
    corpus = {row["_id"]: row for _, row in read_rows(find_jsonl(folder, "corpus"))}
    claims = {row["_id"]: row["text"] for _, row in read_rows(find_jsonl(folder, "queries"))}
    rows = [row for _, row in read_rows(folder / "answers.jsonl")][:limit]
    settings = load_settings(llm=model)
    chat, encode = load_chat(settings), load_embedding(settings).encode
    said = []
    with progress_bar("Judging", "claims") as update:
        for n, row in enumerate(rows):
            update(n, len(rows))
            claim = claims[row["_id"]]
            sources = {id_: read_source(corpus[id_]) for id_ in row["cited_doc_ids"]}
            said.append(
                {id_: ask(claim, s, chat) if chat else check(claim, s, encode)
                 for id_, s in sources.items()}
            )  # fmt: skip
    who = chat.name if chat else "no model: the check of claims"
    report(who, score([read_gold(row) for row in rows], said), PUBLISHED)


if __name__ == "__main__":
    run(main, __doc__)
