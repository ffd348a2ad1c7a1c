"""Drafts are worded by a model over HTTP, and held against their paper by code."""

import json
from contextlib import contextmanager

import pytest
from tests.fake_vendor import serving

from paperqa import Library
from paperqa.errors import InputError
from paperqa.evaluation.dataset import load_dataset
from paperqa.evaluation.draft import candidates, draft
from paperqa.settings import load_settings

# A name of each paper in the listing, and a draft on it that holds.
GOOD = {
    "LanternNet": (
        "What accuracy does a learned kernel reach on Harbour?",
        "81.4% there.",
        "81.4%",
    ),
    "Ferries": ("How many papers on forecasts at sea are ordered?", "It orders 120.", "120"),
    "TideFormer": (
        "How long are the gaps that are filled for gauges?",
        "Up to 9 hours.",
        "9 hours",
    ),
    "Pruning": ("How much faster does trimmed decoding of speech run?", "1.7 times.", "1.7 times"),
    "Quiet": ("How long does a translator train on a laptop?", "For two days.", "two days"),
}


def reply(question, answer, key):
    return f"QUESTION: {question}\nANSWER: {answer}\nKEY: {key}"


def about(request):
    """The name of the paper that a request shows."""
    title = request["messages"][-1]["content"].split("</title>")[0]
    return next(name for name in GOOD if name in title)


@pytest.fixture
def drafts(filled, embedding):
    """Drafts on the five papers (`replies`: other than good), and the papers asked about."""

    @contextmanager
    def run(n, **replies):
        said = {name: reply(*good) for name, good in GOOD.items()} | replies
        done = []
        with serving(lambda _self, body: [said[about(body)]]) as (url, seen):
            settings = load_settings(llm=f"{url}#m")
            with Library(filled.folder, settings=settings, embedding=embedding) as library:
                rows = list(draft(library, n, lambda *step: done.append(step)))
        yield rows, [about(request) for request in seen], done

    return run


def test_a_good_draft_is_a_row_that_loads(drafts, tmp_path):
    with drafts(1) as (rows, asked, done):
        (row,) = rows
        question, answer, key = GOOD[asked[0]]
    assert (row["question"], row["reference"], row["keys"]) == (question, answer, [[key]])
    file = tmp_path / "drafts.jsonl"
    file.write_text(json.dumps(row))
    (sample,) = load_dataset(file)
    assert (sample.id, sample.split, sample.kind) == ("draft-001", "dev", "fact")
    assert asked[0] in sample.titles[0]
    assert done == [(0, 1), (1, 1)]


BAD = {
    "no form": "Here is a question: how long?",
    "a line too many": reply(*GOOD["Quiet"]) + "\nI hope it helps.",
    "no question": reply("Tell how long a translator trains.", "Two days.", "two days"),
    "the title's name": reply("How long does Quiet Gradients train?", "Two days.", "two days"),
    "a key that isn't in the text": reply("How long does it train?", "Three days.", "three days"),
    "a key that isn't in the answer": reply("How long does it train?", "2 days.", "two days"),
    "a key in the question": reply("Who trains in two days?", "It trains two days.", "two days"),
    "an empty key": reply("How long does it train?", "Two days.", '""'),
    "a sentence for a key": reply(
        "What of it?",
        "Training a translator usually needs a cluster.",
        "Training a translator usually needs a cluster.",
    ),
}


@pytest.mark.parametrize("wrong", BAD.values(), ids=BAD)
def test_a_bad_draft_is_dropped_for_the_next_paper(drafts, wrong):
    with drafts(5, Quiet=wrong) as (rows, asked, done):
        assert sorted(asked) == sorted(GOOD)
        assert not [row for row in rows if "Quiet" in row["titles"][0]]
        assert [row["id"] for row in rows] == [f"draft-00{n}" for n in range(1, 5)]
        assert done[-1] == (4, 5)


def test_the_form_may_have_gaps_and_quoted_keys(drafts):
    loose = "\nQUESTION: How long does it train?  \n\nANSWER: Two days.\n KEY: “two days”.\n"
    with drafts(5, Quiet=loose) as (rows, _, _):
        (row,) = [row for row in rows if "Quiet" in row["titles"][0]]
        assert row["keys"] == [["two days"]]


def test_three_papers_for_a_question_are_tried_at_most(drafts):
    with drafts(1, **dict.fromkeys(GOOD, "no")) as (rows, asked, _):
        assert (rows, len(asked)) == ([], 3)


@pytest.mark.parametrize(
    ("papers", "n", "chosen"),
    [
        # of twelve, six at a distance of two: the first two of them half the library apart
        ("abcdefghijkl", 2, "agciek"), ("abcde", 2, "adbec"), ("ab", 3, "ab"), ("", 3, ""),
    ],
)  # fmt: skip
def test_the_papers_are_spread_over_the_library(papers, n, chosen):
    assert "".join(candidates(papers, n)) == chosen


def test_an_empty_library_is_drafted_from_the_sample(library, embedding):
    with serving(lambda _self, _body: ["no"]) as (url, seen):
        settings = load_settings(llm=f"{url}#m")
        with Library(library.folder, settings=settings, embedding=embedding) as empty:
            assert list(draft(empty, 1, lambda done, total: None)) == []
    assert "EcoFormer" in seen[0]["messages"][-1]["content"]


def test_drafting_needs_a_model(filled):
    with pytest.raises(InputError, match="drafting needs a model"):
        draft(filled, 3, lambda done, total: None)
