"""The question set keeps its promises, on the packaged digests and on the papers themselves."""

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from paperqa.evaluation.check import problems
from paperqa.evaluation.dataset import load_dataset
from paperqa.index.lexical import LexicalIndex
from paperqa.naming import named_papers
from paperqa.readers import Document, read
from paperqa.sample import PAPERS
from paperqa.types import Paper

SET = Path(__file__).parents[1] / "eval" / "transformers"
SAMPLES = load_dataset(SET)


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return [paper for paper in read(Document.from_path(PAPERS)) if isinstance(paper, Paper)]


@pytest.fixture(scope="module")
def digests(papers) -> dict[str, str]:
    return {paper.title: paper.text for paper in papers}


def test_it_holds_on_the_digests(digests):
    assert problems(SAMPLES, digests) == []


def test_it_holds_on_the_abstracts(seeds):
    found = [p for f in seeds.glob("*.txt") for p in read(Document.from_path(f))]
    assert problems(SAMPLES, {p.title: p.text for p in found if isinstance(p, Paper)}) == []


def test_every_paper_is_asked_about(digests):
    alone = {s.titles[0] for s in SAMPLES if s.kind in ("fact", "explain")}
    assert alone == set(digests)


def test_there_are_enough_of_each_kind_in_both_halves():
    counts = Counter((s.kind, s.split) for s in SAMPLES)
    assert len(SAMPLES) == 676
    assert min(counts.values()) >= 14
    assert sum(s.kind == "unanswerable" for s in SAMPLES) >= 40


def test_most_facts_name_no_paper_and_words_alone_do_not_find_it(papers, tmp_path):
    facts = [sample for sample in SAMPLES if sample.kind == "fact"]
    by_title = {paper.title: paper for paper in papers}
    golds = [[by_title[title] for title in sample.titles] for sample in facts]
    nameless = [
        s for s, gold in zip(facts, golds, strict=True) if not named_papers(s.question, gold)
    ]
    assert len(nameless) / len(facts) >= 0.6

    index = LexicalIndex(tmp_path)
    titles = {str(n): paper.title for n, paper in enumerate(papers)}
    for n, paper in enumerate(papers):
        index.put(str(n), paper.title, [(str(n), paper.text)])
    index.commit()
    firsts = [titles[index.search(sample.question, 1)[0][0]] for sample in nameless]
    found = sum(a in b.titles for a, b in zip(firsts, nameless, strict=True))
    assert found / len(nameless) <= 0.75


def test_the_check_notices_what_is_wrong(digests):
    sample = next(s for s in SAMPLES if s.kind == "fact")
    broken = [
        dataclasses.replace(sample, titles=("No such paper",)),
        dataclasses.replace(sample, id="b", keys=(("never said anywhere",),)),
        dataclasses.replace(sample, id="c", question=f"Is it {sample.keys[0][0]}?"),
        dataclasses.replace(sample, id="d", split="test" if sample.split == "dev" else "dev"),
    ]
    found = "\n".join(problems([sample, *broken], digests))
    for part in ("there 2 times", "no paper is called", "is in the paper", "stands in the question",
                 "in both splits"):  # fmt: skip
        assert part in found
