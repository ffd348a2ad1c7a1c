"""Whether a paper states what is asked: fits the probe of the local model, and measures it.

Fitted to `eval/answerable`, questions of our own on arXiv abstracts, which are in the folder that
PAPERQA_BENCH names, and to development questions about the listing pages that PAPERQA_SEEDS names:
these with the neighbours that are found beside the right paper. Measured on questions that were
left out of the fit. What the model says is kept in the folder that the first argument names: two
hours of reading on two cores, gone on with where it was stopped. `--save` puts the probe into the
package.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata

from common import table
from paperqa import Library
from paperqa.answering import verdict
from paperqa.answering.draft import to_read
from paperqa.answering.single import READ, READ_AT_ONCE, READ_TOKENS, explains, messages
from paperqa.answering.verdict import ODDS, Probe, odds_of_yes
from paperqa.evaluation.dataset import load_dataset
from paperqa.models.chat import load_chat
from paperqa.models.local_server import SLOTS
from paperqa.prompts import fingerprint
from paperqa.settings import load_settings

ROOT = Path(__file__).parents[1]
FILE = Path(verdict.__file__).with_suffix(".json")
TOKENS, PENALTY, FOLDS = 300, 0.03, 8
PAGES_WEIGHT = 4.0  # of a row about the pages, which are read as for an answer
CLEAR = 2.5  # from this verdict on, neighbours are not read
BELOW = 0.1  # of the right papers on the pages have less than zero
REFUSED = (0.05, 0.1, 0.15, 0.2)  # of the answerable questions
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A question, whether the paper that was read states what it asks, and what the model said."""

    question: str
    paper: str
    answerable: bool
    first: dict[str, float]


@dataclass(frozen=True)
class Question:
    """What is asked of which papers; the model reads what search finds."""

    question: str
    papers: Sequence[str]
    answerable: bool


def of_arxiv(bench: Path) -> tuple[list[Path], list[Question]]:
    """The abstracts that `eval/answerable` asks about; its questions, paper by paper."""
    rows = [json.loads(line) for line in (ROOT / "eval/answerable/questions.jsonl").open("rb")]
    wanted = {row["paper"] for row in rows}
    with gzip.open(bench / "arxiv_40k.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = {p["_id"]: p for p in map(json.loads, lines) if p["_id"] in wanted}
    file = Path(tempfile.mkdtemp()) / "arxiv.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for paper in papers.values():
            out.write(json.dumps({key: paper[key] for key in ("title", "text")}) + "\n")
    order = sorted(wanted)
    random.Random(5).shuffle(order)
    rows.sort(key=lambda row: order.index(row["paper"]))
    return [file], [
        Question(r["question"], [papers[r["paper"]]["title"]], r["kind"] in ("fact", "explain"))
        for r in rows
    ]


def of_pages(seeds: Path) -> tuple[list[Path], list[Question]]:
    """The listing pages, and the development questions about them."""
    samples = load_dataset(ROOT / "eval/transformers", "dev")
    asked = [s for s in samples if s.kind in ("fact", "explain", "unanswerable")]
    random.Random(5).shuffle(asked)
    return [seeds], [Question(s.question, s.titles, s.kind != "unanswerable") for s in asked]


def read(
    files: Sequence[Path], questions: Iterable[Question], kept: Path, most: int, *, whole: bool
) -> list[Row]:
    """What the model says of questions and the papers found first; `kept` is gone on with.

    It reads `whole` abstracts, so that the next question on the same one is quick, and leaves
    answerable questions out for which another paper is found first; or what it reads for an answer,
    of as many papers as an answer may take.
    """
    rows = [Row(**json.loads(line)) for line in kept.open("rb")] if kept.is_file() else []
    done = {row.question for row in rows}
    settings = load_settings(llm="local", cache=False)
    chat = load_chat(settings)
    assert chat is not None
    with tempfile.TemporaryDirectory() as place, Library(place, settings=settings) as library:
        library.add(*files)
        with kept.open("a", encoding="utf-8") as out:
            todo = [q for q in questions if q.question not in done]
            for asked in todo[: max(0, most - len(done))]:
                found = library.search(asked.question)
                if whole and asked.answerable and found[0].paper.title not in asked.papers:
                    continue
                n = READ_AT_ONCE if whole else READ[explains(asked.question)]
                for evidence in found[: 1 if whole else SLOTS]:
                    given = messages(asked.question, to_read(evidence, n, READ_TOKENS))
                    if not whole:
                        chat.recall(given[:-1])
                    first = chat.first_token(given, {}, n=verdict.LIKELIEST)
                    states = asked.answerable and evidence.paper.title in asked.papers
                    rows.append(Row(asked.question, evidence.paper.title, states, first))
                    out.write(json.dumps(asdict(rows[-1])) + "\n")
                    if not whole and verdict.verdict(chat.name, first) >= CLEAR:
                        break
                out.flush()
    return rows


def fit(arxiv: Sequence[Row], pages: Sequence[Row], tokens: Sequence[str], model: str) -> Probe:
    """L2-penalised logistic regression on standardised log-probabilities."""
    rows = [*arxiv, *pages]
    counts = np.r_[np.ones(len(arxiv)), np.full(len(pages), PAGES_WEIGHT)]
    values, target = features(rows, tokens), np.array([1.0 if r.answerable else -1.0 for r in rows])
    mean, scale = values.mean(0), values.std(0) + 1e-9
    x = (values - mean) / scale

    def loss(w: Array) -> tuple[float, Array]:
        margin = target * (x @ w[1:] + w[0])
        slope = -counts * target / (1 + np.exp(margin))
        gradient = np.r_[slope.sum(), x.T @ slope + w[1:] / PENALTY]
        lost = counts @ np.logaddexp(0, -margin) + w[1:] @ w[1:] / 2 / PENALTY
        return float(lost), gradient

    w = minimize(loss, np.zeros(len(tokens) + 1), jac=True, method="L-BFGS-B").x
    weights = w[1:] / scale
    named = {token: round(float(each), 6) for token, each in zip(tokens, weights, strict=True)}
    return Probe(
        model, fingerprint(*verdict.PROMPTS), round(float(w[0] - weights @ mean), 6), named
    )


def crossed(
    arxiv: Sequence[Row], pages: Sequence[Row], tokens: Sequence[str]
) -> tuple[list[float], list[float]]:
    """The verdicts of probes that have seen neither the arXiv paper nor the question."""
    found = [0.0] * len(arxiv), [0.0] * len(pages)
    papers = sorted({row.paper for row in arxiv})
    questions = list(dict.fromkeys(row.question for row in pages))
    random.Random(5).shuffle(questions)
    for fold in range(FOLDS):
        held = {*papers[fold::FOLDS], *questions[fold::FOLDS]}
        probe = fit(
            [row for row in arxiv if row.paper not in held],
            [row for row in pages if row.question not in held],
            tokens,
            "",
        )
        for scores, rows, key in zip(found, (arxiv, pages), ("paper", "question"), strict=True):
            for i, row in enumerate(rows):
                if getattr(row, key) in held:
                    scores[i] = probe.log_odds(row.first)
    return found


def features(rows: Sequence[Row], tokens: Sequence[str]) -> Array:
    """What a probe multiplies: (rows, tokens)."""
    return np.array([verdict.values(row.first, tokens) for row in rows])


def area(scores: Sequence[float], rows: Sequence[Row]) -> float:
    """Under the receiver operating characteristic, by ranks (Mann & Whitney 1947)."""
    good = np.array([row.answerable for row in rows])
    ranks = rankdata(scores)
    n = good.sum()
    return float((ranks[good].sum() - n * (n + 1) / 2) / (n * (~good).sum()))


def refused(scores: Sequence[float], rows: Sequence[Row]) -> list[float]:
    """The share of unanswerable questions below what REFUSED of the answerable ones are below."""
    good = np.array([row.answerable for row in rows])
    all_ = np.array(scores)
    return [float((all_[~good] < np.quantile(all_[good], share)).mean()) for share in REFUSED]


def main() -> None:
    """Read what is missing, fit, and print how well answerable questions are told from others."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("kept", type=Path, help="where what the model said is kept")
    parser.add_argument("--save", action="store_true", help="put the probe into the package")
    parser.add_argument("--most", type=int, default=10_000, help="read at most so many of each set")
    given = parser.parse_args()
    given.kept.mkdir(exist_ok=True)
    folders = [os.environ.get(name) for name in ("PAPERQA_BENCH", "PAPERQA_SEEDS")]
    if not all(folders):
        sys.exit("set PAPERQA_BENCH and PAPERQA_SEEDS to the folders that CONTRIBUTING.md names")
    arxiv = read(
        *of_arxiv(Path(str(folders[0]))), given.kept / "arxiv.jsonl", given.most, whole=True
    )
    pages = read(
        *of_pages(Path(str(folders[1]))), given.kept / "pages.jsonl", given.most, whole=False
    )

    counted = Counter(token for row in arxiv for token in row.first)
    tokens = [token for token, _ in counted.most_common(TOKENS)] + [ODDS]
    model = load_chat(load_settings(llm="local"))
    assert model is not None
    probes = [fit(arxiv, pages, tokens, model.name), fit(arxiv, pages, [ODDS], "")]
    of_arxiv_, of_pages_ = crossed(arxiv, pages, tokens)
    asked = list(dict.fromkeys(row.question for row in pages))
    first = [next(i for i, row in enumerate(pages) if row.question == q) for q in asked]
    stated = {row.question for row in pages if row.answerable}
    alone = [i for i in first if pages[i].answerable or pages[i].question not in stated]
    beside = [i for i, row in enumerate(pages) if row.question in stated]
    lines = []
    for name, rows, which, probed in (
        ("arXiv", arxiv, range(len(arxiv)), of_arxiv_),
        ("pages, the first paper", pages, alone, of_pages_),
        ("pages, right papers and neighbours", pages, beside, of_pages_),
    ):
        some = [rows[i] for i in which]
        for how, scores in (
            ("odds of yes", [odds_of_yes(row.first) for row in some]),
            ("probe", [probed[i] for i in which]),
        ):
            lines.append((f"{name}, {how}", len(some), area(scores, some), *refused(scores, some)))
    headings = [f"at {share:.0%}" for share in REFUSED]
    table(
        f"Area under the curve ({FOLDS}-fold); no is said so often where it is of so many yes",
        ("verdict", "questions", "area", *headings),
        lines,
    )
    if given.save:
        right = [i for i, row in enumerate(pages) if row.answerable]
        shifts = [
            np.quantile([of_pages_[i] for i in right], BELOW),
            np.quantile([probes[1].log_odds(pages[i].first) for i in right], BELOW),
        ]
        saved = [
            {**asdict(probe), "bias": round(float(probe.bias - shift), 6)}
            for probe, shift in zip(probes, shifts, strict=True)
        ]
        FILE.write_text(json.dumps(saved, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
