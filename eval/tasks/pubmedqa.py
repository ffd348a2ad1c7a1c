"""PubMedQA (Jin et al. 2019): does an abstract without its conclusion answer yes, no or maybe?

DIR holds `corpus.jsonl`, `queries.jsonl` and `answers.jsonl` (`_id`, `pmid`, `answer`). Without a
model the commonest answer stands in: a baseline, not a result of paperqa.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shared import f1, reply, report, run

from paperqa.evaluation.retrieval import read_rows
from paperqa.evaluation.statistics import Estimate, estimate
from paperqa.models.chat import load_chat
from paperqa.settings import load_settings
from paperqa.terminal import progress_bar

ANSWERS = ("yes", "no", "maybe")
SYSTEM = """You read the abstract of a study and answer a question about it from the abstract alone.
Reply with one word: yes, no, or maybe (where the findings leave it open)."""
USER = "Abstract:\n{abstract}\n\nQuestion: {question}\nAnswer:"
PUBLISHED = {  # pubmedqa.github.io, reasoning required, the 500 questions of the test split
    "accuracy": "majority 55.2, BioBERT 68.1, one human 78.0, Med-PaLM 2 81.8",
    "macro-F1": "majority 23.7, BioBERT 52.7, one human 72.2",
}


def parse(said: str) -> str | None:
    """The answer that a reply begins with; None where it begins with none of them."""
    found = re.match(r"\W*(yes|no|maybe)\b", said, re.IGNORECASE)
    return found[1].lower() if found else None


def score(gold: Sequence[str], said: Sequence[str | None]) -> dict[str, Estimate]:
    """Accuracy and macro-F1 as the official script has them, of what could be parsed."""
    pairs = [(g, s) for g, s in zip(gold, said, strict=True) if s is not None]
    counts = [[(g == s == a, s == a, g == a) for a in ANSWERS] for g, s in pairs]
    hits = [None if s is None else float(g == s) for g, s in zip(gold, said, strict=True)]
    return {"accuracy": estimate(hits), "macro-F1": f1(counts, len(gold) - len(pairs))}


def main(folder: Path, model: str, limit: int | None) -> None:
    """Answer the questions, and print how well beside published figures."""
    abstracts = {row["_id"]: row["text"] for _, row in read_rows(folder / "corpus.jsonl")}
    questions = {row["_id"]: row["text"] for _, row in read_rows(folder / "queries.jsonl")}
    rows = [row for _, row in read_rows(folder / "answers.jsonl")][:limit]
    gold = [row["answer"] for row in rows]
    chat = load_chat(load_settings(llm=model))
    if chat is None:
        commonest = Counter(gold).most_common(1)[0][0]
        report(f"no model: always “{commonest}”", score(gold, [commonest] * len(gold)), PUBLISHED)
        return
    said = []
    with progress_bar("Asking", "questions") as update:
        for n, row in enumerate(rows):
            update(n, len(rows))
            user = USER.format(abstract=abstracts[row["pmid"]], question=questions[row["_id"]])
            said.append(parse(reply(chat, SYSTEM, user)))
    report(chat.name, score(gold, said), PUBLISHED)


if __name__ == "__main__":
    run(main, __doc__)
