"""Retrieval is scored as trec_eval does, on any folder in the form of BEIR."""

import gzip
import json
import random
from math import log2

import pytest
import pytrec_eval

from paperqa.errors import InputError
from paperqa.evaluation import retrieval
from paperqa.evaluation.retrieval import evaluate_retrieval, score_rankings
from paperqa.settings import load_settings

THINGS = "ferries gulls tides lamps ropes anchors herring bells charts storms".split()
WAYS = ("are counted by radar", "sleep at night in the harbour", "cost more than before")
DOCUMENTS = [
    {"_id": f"{thing}-{n}", "title": f"On {thing}", "text": f"We find that {thing} {way}."}
    for thing in THINGS
    for n, way in enumerate(WAYS)
]
QUERIES = {f"q-{thing}": f"What is known of {thing}?" for thing in THINGS}


def jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def write_corpus(folder, documents):
    with gzip.open(folder / "corpus.jsonl.gz", "wt") as stream:
        stream.write(jsonl(documents))


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setattr(retrieval, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "paperqa" / "retrieval"


@pytest.fixture
def beir(tmp_path):
    """Thirty documents, three a query; the one that costs more is relevant twice over."""
    folder = tmp_path / "harbour.v1"
    (folder / "qrels").mkdir(parents=True)
    write_corpus(folder, DOCUMENTS)
    unjudged = {"_id": "q-none", "text": "Who?"}
    queries = [unjudged, *({"_id": id_, "text": text} for id_, text in QUERIES.items())]
    (folder / "queries.jsonl").write_text(jsonl(queries))
    judged = [(f"q-{t}", f"{t}-{n}", n) for t in THINGS for n in range(3)]
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in judged)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n")
    return folder


def test_a_ranking_is_worth_what_the_definitions_say():
    # Relevant: a (2) and b (1); of them a is second, b eleventh, so the first ten hold a alone.
    ranking = ["x", "a", *"cdefghij", "b"]
    (row,) = score_rankings({"q": {"a": 2, "b": 1, "c": 0}}, {"q": ranking})
    assert row == {
        "query_id": "q",
        "ranking": ranking[:10],
        "nDCG@10": pytest.approx((2 / log2(3)) / (2 + 1 / log2(3))),
        "R@10": 0.5,
        "R@100": 1.0,
        "RR@10": 0.5,
        "AP": pytest.approx((1 / 2 + 2 / 11) / 2),
    }


def test_deep_rankings_agree_with_trec_eval():
    draw = random.Random(1)
    names = {"nDCG@10": "ndcg_cut_10", "R@10": "recall_10", "R@100": "recall_100", "AP": "map"}
    documents = [f"d{n}" for n in range(200)]
    rankings = {f"q{n}": draw.sample(documents, 120) for n in range(20)}
    qrels = {q: {d: draw.randint(0, 3) for d in draw.sample(documents, 30)} for q in rankings}
    scores = {q: {d: 1 / (1 + n) for n, d in enumerate(ids)} for q, ids in rankings.items()}
    expected = pytrec_eval.RelevanceEvaluator(qrels, set(names.values())).evaluate(scores)
    for row in score_rankings(qrels, rankings):
        for ours, theirs in names.items():
            assert row[ours] == pytest.approx(expected[row["query_id"]][theirs])


def test_documents_that_are_alike_stay_apart(beir, embedding):
    text = "Ferries cross the bay in winter, and we count them by radar from a pier all year."
    twins = [{"_id": f"twin-{n}", "title": "Counting Ferries by Radar", "text": text} for n in "12"]
    write_corpus(beir, [*DOCUMENTS, *twins])
    run = evaluate_retrieval(beir, load_settings())
    rankings = {row["query_id"]: row["ranking"] for row in run.per_query}
    assert {"twin-1", "twin-2"} <= set(rankings["q-ferries"])


def test_a_query_that_finds_nothing_is_worth_nothing():
    rows = score_rankings({"a": {"d": 1}, "b": {"d": 1}}, {"a": ["d"], "b": []})
    assert [row["nDCG@10"] for row in rows] == [1, 0]


def test_figures_agree_with_trec_eval(beir, tmp_path, embedding):
    run = evaluate_retrieval(beir, load_settings())
    assert (run.n_documents, run.n_queries) == (30, 10)
    run.write(tmp_path / "rows.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert rows == list(run.per_query)
    assert {row["query_id"] for row in rows} == QUERIES.keys()  # q-none has no judgements

    qrels = {f"q-{t}": {f"{t}-{n}": n for n in range(3)} for t in THINGS}
    shown = {r["query_id"]: {d: -float(n) for n, d in enumerate(r["ranking"])} for r in rows}
    names = {"nDCG@10": "ndcg_cut_10", "R@10": "recall_10", "RR@10": "recip_rank"}
    expected = pytrec_eval.RelevanceEvaluator(qrels, set(names.values())).evaluate(shown)
    for ours, theirs in names.items():
        values = [expected[row["query_id"]][theirs] for row in rows]
        assert [row[ours] for row in rows] == pytest.approx(values)
        assert run.estimates[ours].mean == pytest.approx(sum(values) / 10)
        assert run.estimates[ours].n == 10
    # Each thing has its three documents before any other thing's, in some order.
    assert all({id_.split("-")[0] for id_ in r["ranking"][:3]} == {r["query_id"][2:]} for r in rows)
    assert 0.6 < run.estimates["nDCG@10"].mean < 1  # the twice relevant one isn't always first


def test_the_index_is_kept_and_taken_again(beir, cache, embedding):
    first = evaluate_retrieval(beir, load_settings(), limit=2)
    (place,) = cache.iterdir()
    assert place.name.startswith("harbour.v1-")
    seen = []
    again = evaluate_retrieval(
        beir, load_settings(), limit=2, progress=lambda *done: seen.append(done)
    )
    assert again == first
    assert seen == [(30, 30), (0, 2), (1, 2), (2, 2)]
    write_corpus(beir, DOCUMENTS[3:])  # the same file without the ferries
    assert evaluate_retrieval(beir, load_settings(), limit=2).per_query[0]["R@10"] == 0
    assert len(list(cache.iterdir())) == 2


def test_indexing_that_was_stopped_goes_on(beir, embedding, monkeypatch):
    def stop(done, total):
        raise KeyboardInterrupt

    monkeypatch.setattr("paperqa.index.ingest.BATCH", 8)
    with pytest.raises(KeyboardInterrupt):
        evaluate_retrieval(beir, load_settings(), progress=stop)
    assert evaluate_retrieval(beir, load_settings()).estimates["R@10"].mean == 1


def test_odd_documents_are_neither_lost_nor_merged(tmp_path, embedding):
    text = "Herring swim under the ferry."
    corpus = [
        {"_id": "no-title", "text": text},
        {"_id": "same", "title": "", "text": text, "url": "https://arxiv.org/abs/2401.00001"},
        {"_id": "too/10.1234/x", "title": "", "text": text, "doi": "10.1234/x"},
        {"_id": "title-only", "title": "Herring under the ferry", "text": ""},
        {"_id": "empty", "title": "", "text": " "},
    ]
    (tmp_path / "corpus.jsonl").write_text(jsonl(corpus))
    (tmp_path / "queries.jsonl").write_text(jsonl([{"_id": "q", "text": "herring"}]))
    lines = ["query-id\tcorpus-id\tscore", *(f"q\t{row['_id']}\t1" for row in corpus)]
    (tmp_path / "qrels.tsv").write_text("\n".join(lines))
    run = evaluate_retrieval(tmp_path, load_settings())
    (row,) = run.per_query
    assert sorted(row["ranking"]) == ["no-title", "same", "title-only", "too/10.1234/x"]
    assert (run.n_documents, row["R@10"]) == (5, 0.8)  # the empty one is relevant and missed


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("corpus.jsonl", '{"_id": "a", "text": "b"}\n{', "corpus.jsonl, line 2: not valid JSON"),
        ("corpus.jsonl", "[]", "corpus.jsonl, line 1: not a JSON object"),
        ("corpus.jsonl", '{"_id": "a", "title": "b"}', "line 1: `_id`, `text` and perhaps"),
        ("corpus.jsonl", '{"_id": 1, "text": "b"}', "line 1: `_id`, `text` and perhaps"),
        ("corpus.jsonl", '{"_id": "a", "text": "b"}\n' * 2, "line 2: the id 'a' is empty or was"),
        ("queries.jsonl", '{"_id": " ", "text": "b"}', "queries.jsonl, line 1: the id ' '"),
        ("queries.jsonl", '{"_id": "a", "text": "b"}', "query 'q-ferries' has judgements, but"),
        ("queries.jsonl.gz", "", "queries.jsonl.gz: it can't be read"),
        ("qrels.tsv", "q\td\t1\n", "qrels.tsv, line 1: a header line is expected"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq d 1\n", "qrels.tsv, line 2: query id, doc"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq\td\t0.5\n", "line 2: query id, document"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\n", "qrels.tsv holds no judgement"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(beir, file, text, message):
    if file == "queries.jsonl.gz":
        (beir / "queries.jsonl").unlink()
        text = "this is not gzip"
    (beir / file).write_text(text)
    with pytest.raises(InputError) as caught:
        evaluate_retrieval(beir, load_settings())
    assert message in str(caught.value)


@pytest.mark.parametrize("missing", ["corpus.jsonl.gz", "queries.jsonl", "qrels/test.tsv"])
def test_a_file_that_is_missing_is_named(beir, missing):
    (beir / missing).unlink()
    with pytest.raises(InputError, match=missing.removesuffix(".gz")):
        evaluate_retrieval(beir, load_settings())
