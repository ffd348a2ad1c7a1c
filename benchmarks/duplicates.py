"""Which near-duplicates are found: precision and recall on pairs made from arXiv's abstracts.

    .venv/bin/python benchmarks/duplicates.py [/path/to/arxiv_40k.jsonl.gz] [--half tune]

Pairs are made from one half of the papers (the rules were made on the other, `--half tune`): each
paper beside a changed copy of itself, and beside others that are like it. One side loses its id and
authors, so that title and text have to tell. The rivals merge where titles agree but for case and
punctuation, and where texts are equal. Then all papers go into a catalogue as they are, and once
more without ids and authors; what is merged there is printed, to be judged by hand. Last, what the
look-up costs, with shuffled copies up to 120,000.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

from common import median, percentile, quiet_check, seconds, table
from paperqa.index.catalogue import Catalogue
from paperqa.index.duplicates import regroup
from paperqa.index.ingest import BATCH
from paperqa.likeness import Traits, is_same
from paperqa.models.embedding import embed_texts, load_embedding
from paperqa.papers import normalise, paper_id
from paperqa.settings import load_settings
from paperqa.types import Paper

SEED = 20_251_120
PAIRS = 2_000  # of each kind
NEIGHBOURS = 5
LARGEST = 120_000
LOOKUPS = 300
LATEX = {"é": r"\'e", "ö": r"\"o", "ü": r"{\"u}", "ç": r"\c{c}", "’": "'", "–": "--", "—": "---"}
GREEK = {"α": r"$\alpha$", "β": r"$\beta$", "ε": r"$\epsilon$", "λ": r"$\lambda$", "≤": r"$\leq$"}
Pair = tuple[Paper, Paper]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    bench = Path(os.environ.get("PAPERQA_BENCH", "."))
    parser.add_argument("file", type=Path, nargs="?", default=bench / "arxiv_40k.jsonl.gz")
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    parser.add_argument("--cost", action="store_true", help="measure only what it costs")
    given = parser.parse_args()
    if not given.file.is_file():
        sys.exit(f"{given.file} isn't there; name arxiv_40k.jsonl.gz, or set PAPERQA_BENCH")
    everything = list(read(given.file))
    chance = random.Random(SEED)
    chance.shuffle(everything)
    middle = len(everything) // 2
    half = everything[:middle] if given.half == "tune" else everything[middle:]
    with quiet_check():
        if not given.cost:
            measure_pairs(half, chance, given.half)
        if given.half == "report":
            if not given.cost:
                untouched(everything)
            cost(everything, chance)


def read(file: Path) -> Iterator[Paper]:
    """The papers, as the reader of JSONL would give them."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            id_ = paper_id(title=row["title"], text=row["text"], arxiv=row["_id"])
            yield Paper(
                id_, row["title"], row["text"], row["text"], tuple(row["metadata"]["authors"]),
                url=row["metadata"]["url"], sources=("arxiv",),
            )  # fmt: skip


# --- one paper twice -------------------------------------------------------------------------


def sentences(text: str) -> list[str]:
    """The sentences, roughly."""
    return re.split(r"(?<=[.!?]) +", text)


def recased(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """The title in another case, without its punctuation."""
    case = chance.choice([str.upper, str.lower, str.title])
    return replace(paper, title=re.sub(r"[^\w\s]", " ", case(paper.title)))


def latex(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """As an author would write it in LaTeX."""
    words = paper.text.split(" ")
    for i in chance.sample(range(len(words)), min(3, len(words))):
        words[i] = rf"\emph{{{words[i]}}}"
    text = re.sub(r"(\d[\d.]*)\\?%", r"$\1\\%$", " ".join(words))
    title = re.sub(r"\b([A-Z]{2,})\b", r"{\1}", paper.title)
    for sign, written in (LATEX | GREEK).items():
        text, title = text.replace(sign, written), title.replace(sign, written)
    return replace(paper, title=title, text=text)


def version(n: int) -> Callable[..., Paper]:
    """Makes version two: `n` sentences rewritten, added or left out."""

    def make(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
        lines = sentences(paper.text)
        for _ in range(n):
            place = chance.randrange(len(lines))
            new = chance.choice(sentences(_other(paper, chance, others).text))
            change = chance.choice(("edit", "add", "remove"))
            if change == "add":
                lines.insert(place, new)
            elif change == "remove" and len(lines) > 2:
                del lines[place]
            else:
                old, words = lines[place].split(), new.split()
                lines[place] = " ".join([*old[: len(old) // 2], *words[len(words) // 2 :]])
        return replace(paper, text=" ".join(lines))

    return make


def retitled(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """A name in front of the colon or a subtitle behind it comes or goes."""
    before, colon, after = paper.title.partition(": ")
    if colon:
        return replace(paper, title=after if len(before.split()) < 3 else before)
    return replace(paper, title=f"{paper.title}: An Empirical Study")


def published(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """Retitled and revised: a preprint and what the journal made of it."""
    return version(2)(retitled(paper, chance, others), chance, others)


def cut(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """The first 40 to 70 % of the abstract."""
    return replace(paper, text=paper.text[: int(len(paper.text) * chance.uniform(0.4, 0.7))])


def mistyped(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """Every thirtieth word, and one of the title, with two letters swapped."""

    def slip(words: list[str], n: int) -> str:
        for i in chance.sample(range(len(words)), min(n, len(words))):
            at = chance.randrange(max(1, len(words[i]) - 1))
            words[i] = words[i][:at] + words[i][at : at + 2][::-1] + words[i][at + 2 :]
        return " ".join(words)

    text = paper.text.split()
    return replace(paper, title=slip(paper.title.split(), 1), text=slip(text, len(text) // 30))


def whole(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """The whole paper under the same title: the abstract, and much more."""
    return replace(paper, text=" ".join([paper.text, *(p.text for p in chance.sample(others, 8))]))


SAME: dict[str, Callable[[Paper, random.Random, Sequence[Paper]], Paper]] = {
    "another id": lambda paper, chance, others: paper,
    "title's case, punctuation": recased,
    "LaTeX": latex,
    "v2: 1 sentence": version(1),
    "v2: 2 sentences": version(2),
    "v2: 3 sentences": version(3),
    "subtitle comes or goes": retitled,
    "the same, and 2 sentences": published,
    "abstract cut short": cut,
    "typos": mistyped,
    "abstract and whole paper": whole,
}


def _other(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    while (other := chance.choice(others)).id == paper.id:
        continue
    return other


# --- two papers ------------------------------------------------------------------------------


def same_title(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """Another text under the same title."""
    return replace(_other(paper, chance, others), title=paper.title)


def same_text(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """Another title over the same text, as a notice has that many papers get."""
    return replace(paper, title=_other(paper, chance, others).title)


def part_two(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """The sequel: a numeral behind the title, and one sentence differs."""
    return replace(version(1)(paper, chance, others), title=f"{paper.title} II")


def sibling(paper: Paper, chance: random.Random, others: Sequence[Paper]) -> Paper:
    """The same study of another thing: a word of the title is replaced wherever it stands."""
    telling = [w for w in re.findall(r"[A-Za-z]{6,}", paper.title) if w.lower() in paper.text]
    words = re.findall(r"[A-Za-z]{6,}", " ".join(p.title for p in chance.sample(others, 3)))
    if not telling or not words:
        return same_title(paper, chance, others)
    old, new = chance.choice(telling), chance.choice(words)
    if old.lower() in new.lower() or new.lower() in paper.text.lower():
        return same_title(paper, chance, others)
    swap = re.compile(rf"\b{old}\w*", re.IGNORECASE)
    return replace(paper, title=swap.sub(new, paper.title), text=swap.sub(new, paper.text))


DIFFERENT = {
    "one title, other text": same_title,
    "one text, other title": same_text,
    "part I, part II": part_two,
    "a word of the title swapped": sibling,
}


def neighbours(papers: Sequence[Paper], chance: random.Random) -> Iterator[Pair]:
    """Papers, each with those nearest to it in meaning (potion)."""
    model = load_embedding(load_settings(llm="none", embedding="potion"))
    vectors = embed_texts(model, [f"{paper.title}. {paper.text}" for paper in papers])
    for i in chance.sample(range(len(papers)), PAIRS):
        for j in np.argsort(-(vectors @ vectors[i]))[1 : NEIGHBOURS + 1]:
            yield papers[i], papers[j]


# --- measuring -------------------------------------------------------------------------------


def found(one: Paper, other: Paper) -> bool:
    """Whether paperqa takes two records for one paper."""
    ours, theirs = Traits(one), Traits(other)
    return bool(set(ours.keys) & set(theirs.keys)) and is_same(ours, theirs)


def by_title(one: Paper, other: Paper) -> bool:
    """The rival: titles agree but for case and punctuation."""
    return normalise(one.title) == normalise(other.title)


def by_text(one: Paper, other: Paper) -> bool:
    """The other rival: the texts are equal."""
    return sha256(one.text.encode()).digest() == sha256(other.text.encode()).digest()


def disguised(pair: Pair) -> Pair:
    """An arXiv record and one without id or authors."""
    one, other = pair
    return one, replace(other, id="title:other", url=None, authors=())


def measure_pairs(papers: Sequence[Paper], chance: random.Random, half: str) -> None:
    """Recall by kind of near-duplicate, wrong merges by kind of pair, for all three rules."""
    rules = (found, by_title, by_text)
    right, wrong = np.zeros(3, int), np.zeros(3, int)
    rows: list[Sequence[object]] = []
    for name, change in (SAME | DIFFERENT).items():
        some = chance.sample(papers, PAIRS)
        pairs = [disguised((paper, change(paper, chance, papers))) for paper in some]
        counts = np.array([sum(rule(*pair) for pair in pairs) for rule in rules])
        if name in SAME:
            right += counts
        else:
            wrong += counts
        rows.append((name, len(pairs), *(count / len(pairs) for count in counts.tolist())))
    pairs = [disguised(pair) for pair in neighbours(papers, chance)]
    counts = np.array([sum(rule(*pair) for pair in pairs) for rule in rules])
    wrong += counts
    rows.append(("nearest neighbours", len(pairs), *(c / len(pairs) for c in counts.tolist())))
    for kinds, title in ((SAME, "One paper: recall"), (None, "Two papers: taken for one")):
        chosen = [row for row in rows if (row[0] in SAME) == (kinds is SAME)]
        table(f"{title} ({half} half)", ("kind", "pairs", "paperqa", "title", "text"), chosen)
    precision = right / (right + wrong)
    print(f"recall {right[0]} of {PAIRS * len(SAME)}; wrong {wrong[0]}; precision "
          f"{precision[0]:.4f} (title {precision[1]:.4f}, text {precision[2]:.4f})")  # fmt: skip


def fill(catalogue: Catalogue, papers: Sequence[Paper], *, merging: bool = True) -> None:
    """Take records in as `add` does, without passages and indexes."""
    for i in range(0, len(papers), BATCH):
        batch = {paper.id: [paper] for paper in papers[i : i + BATCH]}
        grouping = regroup(catalogue, batch, {}, merging=True) if merging else None
        with catalogue.transaction():
            if grouping is not None:
                for entry, paper in grouping.papers.items():
                    catalogue.entries.put(entry, paper, grouping.keys[entry])
            for (paper,) in batch.values():
                catalogue.records.put(paper)


def untouched(papers: Sequence[Paper]) -> None:
    """What is merged among papers as they are, and without ids and authors."""
    known = {paper.id.partition(":")[2]: paper for paper in papers}
    bare = [replace(p, id=f"id:{n}", url=None, authors=()) for n, p in known.items()]
    for name, some in (("as they are", papers), ("without ids and authors", bare)):
        with tempfile.TemporaryDirectory() as folder:
            catalogue = Catalogue(Path(folder) / "catalogue.db")
            fill(catalogue, some)
            named = catalogue.entries.papers(catalogue.entries.all())
            catalogue.close()
        merged = [(entry, paper) for entry, paper in named.items() if entry != paper]
        print(f"{len(some)} papers {name}: {len(merged)} merged")
        for pair in merged:
            print("  " + " | ".join(known[id_.partition(":")[2]].title for id_ in pair))


def cost(papers: Sequence[Paper], chance: random.Random) -> None:
    """Milliseconds that a paper takes longer to add, and that a look-up takes, as both grow."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        catalogues = [Catalogue(Path(folder) / name) for name in ("merging.db", "plain.db")]
        for n in range(LARGEST // len(papers)):
            some = [shuffled(paper, n, chance) for paper in papers] if n else papers
            spent = []
            for catalogue, merging in zip(catalogues, (True, False), strict=True):
                started = time.process_time()
                fill(catalogue, some, merging=merging)
                spent.append((time.process_time() - started) / len(some) * 1e3)
            spans = []
            for i, paper in enumerate(chance.sample(papers, LOOKUPS)):
                new = replace(paper, id=f"title:{i}", url=None, title=f"{paper.title}.")
                took, found_ = seconds(
                    partial(regroup, catalogues[0], {new.id: [new]}, {}, merging=True)
                )
                assert found_.papers[new.id] == paper.id
                spans.append(took * 1e3)
            sizes = [catalogue.path.stat().st_size / 2**20 for catalogue in catalogues]
            rows.append(
                (catalogues[0].count("entries"), spent[0] - spent[1], median(spans),
                 percentile(spans, 0.95), (sizes[0] - sizes[1]) * 2**10 / (len(papers) * (n + 1)))
            )  # fmt: skip
        for catalogue in catalogues:
            catalogue.close()
    headings = ("records", "processor ms a paper", "look-up ms p50", "p95", "kB a paper")
    table("What near-duplicates cost: added to taking records in, and to find one", headings, rows)


def shuffled(paper: Paper, n: int, chance: random.Random) -> Paper:
    """Another paper of the same words."""
    title, text = paper.title.split(), paper.text.split()
    chance.shuffle(title)
    chance.shuffle(text)
    id_ = paper.id.replace("arxiv:", f"doi:10.1000/{n}.")
    return replace(paper, id=id_, url=None, title=" ".join(title), text=" ".join(text))


if __name__ == "__main__":
    main()
