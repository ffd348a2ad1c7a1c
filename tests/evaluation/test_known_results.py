"""Metrics that others have defined give what the definitions give, on cases worked out by hand,
and what the tools of the field give, on random ones."""

import random
from itertools import combinations
from math import log2

import ir_measures
import pytest
import pytrec_eval
from ir_measures import R, Success, nDCG

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.response import Response


def compared(name, text, reference):
    asked = Sample("id", "test", "fact", "q", reference=reference)
    return METRICS[name].of(asked, Response(text)).value


@pytest.mark.parametrize(
    ("text", "reference", "exact", "f1"),
    [
        ("The  Harbour-Master’s ferry", "harbourmaster’s ferry!", 1, 1),  # no ASCII, so it is kept
        ("harbour master's ferry", "harbour masters ferry", 1, 1),
        ("harbour-master", "harbour master", 0, 0),  # one word against two
        ("a tide_former", "tideformer", 1, 1),
        ("“seven”", "seven", 0, 0),
        ("An anchor at the quay", "anchor at a quay", 1, 1),
        ("theatre", "atre", 0, 0),  # an article is a whole word
        ("quay at anchor", "anchor at quay", 0, 1),
        ("$5,000", "5000", 1, 1),
        # Shared: gull twice and no more. Precision 2/3, recall 2/4.
        ("gull gull gull", "gull tern gull tern", 0, 4 / 7),
        ("the tall ship sank", "a ship", 0, 2 * (1 / 3) * 1 / (1 / 3 + 1)),
        ("The", "an", 1, 0),  # nothing is left of either; version 1.1 gives no shared word 0
        ("", "ship", 0, 0),
    ],
)
def test_words_are_compared_as_squad_compares_them(text, reference, exact, f1):
    assert compared("exact_match", text, reference) == exact
    assert compared("token_f1", text, reference) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("text", "reference", "value"),
    [
        # Lin 2004, section 3.1: of four words three are in order, then two, then two.
        ("police kill the gunman", "police killed the gunman", 3 / 4),
        ("the gunman kill police", "police killed the gunman", 2 / 4),
        ("the gunman police killed", "police killed the gunman", 2 / 4),
        # Three words of five and of six, in order: precision 3/5, recall 3/6.
        ("Tide rose at the QUAY", "the tide slowly rose over quay", 6 / 11),
        ("a 3.5-fold rise", "a 3 5 fold rise", 1),
        ("snake_case", "snake case", 1),
        ("naïve", "na ve", 1),
        ("ships", "ship", 0),  # no stemming
        ("Ω", "Ω", 0),  # no word of a-z0-9
        ("", "ship", 0),
    ],
)
def test_rouge_l_is_what_its_definition_gives(text, reference, value):
    assert compared("rouge_l", text, reference) == pytest.approx(value)


def longest_common(first, second):
    """By the definition: the longest pick of words, in order, that both have."""
    picks = [{pick for n in range(len(words) + 1) for pick in combinations(words, n)}
             for words in (first, second)]  # fmt: skip
    return max(map(len, picks[0] & picks[1]))


def test_rouge_l_is_that_of_every_pick_of_words():
    rng = random.Random(1)
    for _ in range(100):
        given, right = ([rng.choice("ab7") for _ in range(rng.randint(1, 7))] for _ in "12")
        value = 2 * longest_common(given, right) / (len(given) + len(right))
        assert compared("rouge_l", " ".join(given), " ".join(right)) == pytest.approx(value)


def ranked(name, ranking, right):
    asked = Sample("id", "test", "list", "q", tuple(right))
    return METRICS[name].of(asked, Response("", found=tuple(ranking))).value


def test_a_ranking_is_worth_what_is_worked_out_by_hand():
    # Right are a, b and c; they come at 2, 5 and 6.
    ranking, right = "xayzbc", "abc"
    gain = 1 / log2(3) + 1 / log2(6) + 1 / log2(7)
    ideal = 1 + 1 / log2(3) + 1 / 2
    values = {"hit@1": 0, "hit@5": 1, "recall@5": 2 / 3, "nDCG@10": gain / ideal}
    assert {name: ranked(name, ranking, right) for name in values} == pytest.approx(values)


def test_rankings_are_worth_what_trec_eval_and_ir_measures_say():
    measures = {
        "hit@1": (Success @ 1, "success_1"), "hit@5": (Success @ 5, "success_5"),
        "recall@5": (R @ 5, "recall_5"), "nDCG@10": (nDCG @ 10, "ndcg_cut_10"),
    }  # fmt: skip
    rng, seen = random.Random(1), set()
    for _ in range(50):
        ranking = rng.sample("abcdefghijklmno", rng.randint(1, 15))
        right = rng.sample("abcdefghijklmnopq", rng.randint(1, 12))
        qrels = {"q": dict.fromkeys(right, 1)}
        run = {"q": {title: 1 / rank for rank, title in enumerate(ranking, 1)}}
        trec = pytrec_eval.RelevanceEvaluator(qrels, {code for _, code in measures.values()})
        theirs = trec.evaluate(run)["q"]
        for name, (measure, code) in measures.items():
            value = ranked(name, ranking, right)
            (also,) = ir_measures.calc_aggregate([measure], qrels, run).values()
            assert (theirs[code], also) == pytest.approx((value, value))
            seen.add((name, value))
    assert len(seen) > 60  # not the same few values again and again
