"""The questions that the verdict is fitted to: as many of each kind, none twice, none of a test."""

import json
from collections import Counter
from pathlib import Path

EVAL = Path(__file__).parents[2] / "eval"


def rows(folder):
    return [json.loads(line) for line in (EVAL / folder / "questions.jsonl").open("rb")]


def test_each_paper_has_three_questions_that_it_answers_and_three_that_it_does_not():
    found = rows("answerable")
    each = Counter((row["paper"], row["kind"]) for row in found)
    papers = {paper for paper, _ in each}
    assert len(papers) == 249
    for kind, n in (("fact", 2), ("explain", 1), ("absent detail", 2), ("false premise", 1)):
        assert {each[paper, kind] for paper in papers} == {n}


def test_no_question_is_there_twice_and_none_holds_its_key():
    found = rows("answerable")
    asked = [row["question"] for row in [*found, *rows("transformers")]]
    assert len(set(asked)) == len(asked)
    for row in found:
        assert bool(row["key"]) == (row["kind"] == "fact")
        assert not row["key"] or row["key"].lower() not in row["question"].lower()
