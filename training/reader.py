"""Trains the model that reads a question and a paper together, src/paperqa/models/reader.onnx.

It starts from the embedding model and learns from questions.jsonl, written for it about arXiv
abstracts, which are in the folder that PAPERQA_BENCH names. Each question is learnt with its own
paper and with one that search wrongly finds: among the sentences of both it must find those that
answer (a listwise loss, Cao et al. 2007). Every twelfth paper is held back and measured on.
An hour on two cores that compute in bfloat16.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import random
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from minilm import WIDTH, MiniLM
from paperqa import Library
from paperqa.models.artefacts import MINILM, locate
from paperqa.models.reader import Pair, Pairs, arrays
from paperqa.passages import sentence_spans
from paperqa.settings import load_settings

HERE = Path(__file__).parent
OUT = HERE.parent / "src/paperqa/models/reader.onnx"
HELD = 12  # one paper of so many
NEAREST = 10  # papers that search finds: the wrong one is drawn from them
EPOCHS, BATCH, FROZEN = 2, 16, 2  # passes, questions a step, layers that stay as they are
RATE, HEAD_RATE, WARM = 1e-4, 1e-3, 0.06  # the steps' size rises for this share, then falls
AT_ONCE = 16  # pairs that go through the model together, of like length


@dataclass(frozen=True)
class Question:
    """What is asked; the paper and those of its sentences that answer; papers that don't."""

    text: str
    paper: str
    answers: Sequence[int]
    wrong: Sequence[str]


@dataclass(frozen=True)
class Data:
    """Titles and sentences of papers by id, and the questions on them."""

    papers: dict[str, tuple[str, list[str]]]
    questions: list[Question]

    def split(self) -> tuple[list[Question], list[Question]]:
        """Those to learn from, and those on papers that are held back."""
        held = set(sorted(self.papers)[::HELD])
        return (
            [q for q in self.questions if q.paper not in held],
            [q for q in self.questions if q.paper in held],
        )


class ReadingModel(nn.Module):
    """A score for each sentence: its nearness to the question, what it is, and what the pair is."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.encoder = MiniLM(file)
        self.nearness = nn.Parameter(torch.tensor(8.0))
        self.sentence, self.pair = nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 1)
        for part in (self.sentence, self.pair):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)

    def forward(self, words: Tensor, types: Tensor, mask: Tensor, parts: Tensor) -> Tensor:
        """words (pairs, tokens, WIDTH), the others as `arrays` has them; (pairs, sentences)."""
        states = self.encoder(words, types, mask).float()
        means = parts @ states
        asked, said = means[:, :1], means[:, 1:]
        near = (_unit(asked) * _unit(said)).sum(-1)
        return self.nearness * near + self.sentence(said)[..., 0] + self.pair(states[:, :1])[..., 0]


def _unit(vectors: Tensor) -> Tensor:
    return vectors / vectors.pow(2).sum(-1, keepdim=True).clamp(min=1e-12).sqrt()


def load(bench: Path, most: int) -> Data:
    """The first questions with their papers, and what search finds for them."""
    rows = [json.loads(line) for line in (HERE / "questions.jsonl").open("rb")][:most]
    wanted = {row["paper"] for row in rows}
    papers, titles = {}, {}
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "papers.jsonl"
        with (
            gzip.open(bench / "arxiv_40k.jsonl.gz", "rt", encoding="utf-8") as lines,
            file.open("w", encoding="utf-8") as out,
        ):
            for p in map(json.loads, lines):
                if p["_id"] in wanted:
                    sentences = [p["text"][a:b].strip() for a, b in sentence_spans(p["text"])]
                    papers[p["_id"]], titles[p["title"]] = (p["title"], sentences), p["_id"]
                    out.write(json.dumps({"title": p["title"], "text": " ".join(sentences)}) + "\n")
        with Library(Path(place) / "library", settings=load_settings()) as library:
            library.add(file)
            questions = []
            for row in rows:
                found = [titles.get(e.paper.title) for e in library.search(row["question"])]
                wrong = [id_ for id_ in found[:NEAREST] if id_ and id_ != row["paper"]]
                questions.append(Question(row["question"], row["paper"], row["sentences"], wrong))
    return Data(papers, questions)


class Training:
    """A model, and what it is trained and measured on."""

    def __init__(self, data: Data) -> None:
        minilm, tokenizer = locate(load_settings().models, MINILM)
        self.model = ReadingModel(minilm)
        self._data, self._pairs = data, Pairs(tokenizer)

    def train(self) -> None:
        """Through all questions, `EPOCHS` times."""
        learnt, held = self._data.split()
        for part in (self.model.encoder.places, *self.model.encoder.layers[:FROZEN]):
            part.requires_grad_(False)
        inner = [p for p in self.model.encoder.parameters() if p.requires_grad]
        head = [
            self.model.nearness,
            *self.model.sentence.parameters(),
            *self.model.pair.parameters(),
        ]
        steps = EPOCHS * math.ceil(len(learnt) / BATCH)
        optimizer = torch.optim.AdamW(
            [{"params": inner, "lr": RATE}, {"params": head, "lr": HEAD_RATE}]
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda n: min((n + 1) / (WARM * steps), max(0.02, 1 - n / steps))
        )
        for epoch in range(EPOCHS):
            random.shuffle(learnt)
            for start in range(0, len(learnt), BATCH):
                loss = self._loss(learnt[start : start + BATCH], 1)[0]
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                print(
                    f"{start + BATCH} of {len(learnt)}, loss {float(loss.detach()):.2f}", end="\r"
                )
            self.measure(held, f"after {epoch + 1} of {EPOCHS}")

    @torch.no_grad()
    def measure(self, held: Sequence[Question], when: str) -> None:
        """On papers that were held back, among three wrong ones each."""
        parts = [held[i : i + BATCH] for i in range(0, len(held), BATCH)]
        found = [(len(some), self._loss(some, 3)) for some in parts]
        loss, sentence, paper = (
            sum(n * float(each[i]) for n, each in found) / len(held) for i in range(3)
        )
        print(f"{when}: loss {loss:.3f}, right sentence {sentence:.3f}, right paper {paper:.3f}")

    def _loss(self, questions: Sequence[Question], n_wrong: int) -> tuple[Tensor, float, float]:
        """The mean loss; the shares whose best sentence answers, and whose best paper is right."""
        pairs, of = [], []
        for n, q in enumerate(questions):
            for id_ in [q.paper, *random.sample(q.wrong, min(n_wrong, len(q.wrong)))]:
                pairs.append(self._pairs.of(q.text, *self._data.papers[id_]))
                of.append(n)
        scores = self._scores(pairs)
        losses, sentences, papers = [], 0, 0
        for n, q in enumerate(questions):
            own, *others = [scores[i] for i, m in enumerate(of) if m == n]
            right = [i for i in q.answers if i < len(own)]
            papers += all(own.logsumexp(0) > other.logsumexp(0) for other in others)
            sentences += int(own.argmax()) in right
            if right:
                losses.append(torch.cat([own, *others]).logsumexp(0) - own[right].logsumexp(0))
        return torch.stack(losses).mean(), sentences / len(questions), papers / len(questions)

    def _scores(self, pairs: Sequence[Pair]) -> list[Tensor]:
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].ids))
        found = {}
        for start in range(0, len(order), AT_ONCE):
            some = order[start : start + AT_ONCE]
            ids, types, mask, parts = map(torch.tensor, arrays([pairs[i] for i in some]))
            with torch.autocast("cpu", torch.bfloat16):
                scores = self.model(self.model.encoder.pieces[ids], types, mask, parts)
            found |= {i: row[: pairs[i].n_sentences] for i, row in zip(some, scores, strict=True)}
        return [found[i] for i in range(len(pairs))]


def export(model: ReadingModel, out: Path) -> None:
    """Write the model with 8-bit weights, without the vectors of word pieces."""
    names = ["words", "types", "mask", "parts"]
    some = torch.zeros(2, 9, WIDTH), *torch.ones(2, 2, 9, dtype=torch.long), torch.ones(2, 3, 9)
    axes = {name: {0: "pairs", 1: "tokens"} for name in names[:3]}
    axes |= {"parts": {0: "pairs", 1: "parts", 2: "tokens"}}
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "reader.onnx"
        torch.onnx.export(
            model.eval(), some, whole, input_names=names, output_names=["scores"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(
            whole, out, weight_type=QuantType.QInt8, per_channel=True,
            op_types_to_quantize=["MatMul"],
        )  # fmt: skip


def main() -> None:
    """Train, measure, and put the model into the package."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, help="learn from so many questions only")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    bench = os.environ.get("PAPERQA_BENCH")
    if not bench:
        sys.exit("set PAPERQA_BENCH to the folder that CONTRIBUTING.md names")
    random.seed(0)
    torch.manual_seed(0)
    training = Training(load(Path(bench), given.most))
    training.train()
    export(training.model, given.out)


if __name__ == "__main__":
    main()
