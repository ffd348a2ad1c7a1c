"""The tasks of `eval/tasks` score hand-made predictions as the official definitions do."""

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path

import pytest
from tests.fake_vendor import serving

from paperqa.errors import InputError
from paperqa.evaluation import retrieval

TASKS = Path(__file__).parents[2] / "eval" / "tasks"
ABSTRACT = {
    "_id": "9",
    "title": "Gulls of the harbour",
    "metadata": {"sentences": ["Gulls sleep at night. \n", "Lamps increase their hunger."]},
}


@pytest.fixture
def task(monkeypatch):
    monkeypatch.syspath_prepend(TASKS)
    monkeypatch.setenv("COLUMNS", "200")

    @cache
    def load(name):
        spec = importlib.util.spec_from_file_location(f"task_{name}", TASKS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def write(tmp_path):
    def write(**files):
        for name, rows in files.items():
            text = "".join(json.dumps(row) + "\n" for row in rows)
            (tmp_path / f"{name}.jsonl").write_text(text)
        return tmp_path

    return write


def means(scores):
    return {name: found.mean for name, found in scores.items()}


@pytest.mark.parametrize(
    ("gold", "said", "accuracy", "macro_f1"),
    [
        # yes: 5 right, 10 predicted, 5 gold, so 2/3; no and maybe 0: always yes earns no more.
        ("yyyyynnnmm", "yyyyyyyyyy", 5 / 10, 2 / 9),
        ("yyyyynnnmm", "yyyyynnnmm", 1, 1),
        ("yyyyynnnmm", "nnnnnmmmyy", 0, 0),
        # yes: 1 right, 1 predicted, 2 gold; no: 1, 2, 1; maybe: nowhere in what could be parsed.
        ("yynm", "ynn-", 2 / 3, 2 / 3),
        # yes: 1, 1, 2; no: 1, 1, 1; maybe: 0, 1, 0.
        ("yyn", "ymn", 2 / 3, (2 / 3 + 1 + 0) / 3),
    ],
)
def test_pubmedqa_is_scored_by_accuracy_and_macro_f1(task, gold, said, accuracy, macro_f1):
    words = {"y": "yes", "n": "no", "m": "maybe", "-": None}
    scores = task("pubmedqa").score([words[g] for g in gold], [words[s] for s in said])
    assert means(scores) == pytest.approx({"accuracy": accuracy, "macro-F1": macro_f1})
    assert {found.unscored for found in scores.values()} == {said.count("-")}
    assert {found.n for found in scores.values()} == {len(said) - said.count("-")}


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("yes", "yes"), (" Yes, it does.", "yes"), ("**No**", "no"), ("Maybe not", "maybe"),
        ("Not clear", None), ("yesterday", None), ("It does: yes", None), ("", None),
    ],
)  # fmt: skip
def test_a_reply_is_read_from_its_beginning(task, reply, answer):
    assert task("pubmedqa").parse(reply) == answer


def test_without_a_model_pubmedqa_reports_the_majority(task, bench, capsys):
    task("pubmedqa").main(bench / "pubmedqa_dev", "none", None)
    shown = capsys.readouterr().out
    assert "no model: always “yes”" in shown
    assert "55.2 ± 2.2 (500)" in shown  # 276 of 500, as many as in the test split


def test_a_model_answers_pubmedqa_from_the_abstract(task, write, capsys):
    said = iter(["Yes.", "No", "Hard to say"])
    ids = "abc"
    folder = write(
        corpus=[{"_id": id_, "text": f"Abstract {id_}."} for id_ in ids],
        queries=[{"_id": f"q{id_}", "text": f"Is {id_} so?"} for id_ in ids],
        answers=[{"_id": f"q{id_}", "pmid": id_, "answer": "yes"} for id_ in ids],
    )
    with serving(lambda _self, _body: [next(said)]) as (url, seen):
        task("pubmedqa").main(folder, f"{url}#m", None)
    assert "accuracy 50.0 ± 50.0 (2, 1 unscored)" in " ".join(capsys.readouterr().out.split())
    asked = [body["messages"][-1]["content"] for body in seen]
    assert all(
        f"Abstract {i}." in a and f"Is {i} so?" in a for i, a in zip(ids, asked, strict=True)
    )


@pytest.fixture
def verdict(task):
    scifact = task("scifact")
    return lambda label, *sets: scifact.Verdict(label, tuple(map(frozenset, sets)))


def test_scifact_is_scored_as_its_authors_do(task, verdict):
    gold = [{"a": verdict("SUPPORT", {0, 1}, {5}), "b": verdict("CONTRADICT", {2})}, {}]
    said = [
        {
            "a": verdict("SUPPORT", {1, 5, 7}),
            "b": verdict("SUPPORT", {2}),
            "c": verdict("CONTRADICT", {3}),
        },
        {"d": verdict("NEI", {0}), "e": verdict(None)},
    ]
    scores = task("scifact").score(gold, said)
    assert means(scores) == pytest.approx(
        {
            # a and d are right, b and c are not, e could not be read.
            "label accuracy": 2 / 4,
            # a is right; a, b, c are predicted; a, b are gold.
            "abstract label-only F1": 2 * 1 / (3 + 2),
            # 5 of a and 2 of b are right (1 of a lacks its 0); 5 are predicted; 4 are gold.
            "sentence selection-only F1": 2 * 2 / (5 + 4),
        }
    )
    assert scores["label accuracy"].unscored == 1


@pytest.mark.parametrize(
    ("label", "accuracy", "f1"),
    [
        ("SUPPORT", 3 / 5, 2 * 3 / (5 + 4)),  # the commonest label everywhere: its share, no more
        ("CONTRADICT", 1 / 5, 2 * 1 / (5 + 4)), ("NEI", 1 / 5, 0), (None, None, 0),
    ],
)  # fmt: skip
def test_one_label_for_all_earns_its_share(task, verdict, label, accuracy, f1):
    labels = ["SUPPORT"] * 3 + ["CONTRADICT", "NEI"]
    gold = [{} if one == "NEI" else {"d": verdict(one, {0})} for one in labels]
    scores = task("scifact").score(gold, [{"d": verdict(label)}] * 5)
    found = scores["label accuracy"]
    assert (found.mean if found.n else None) == accuracy
    assert scores["abstract label-only F1"].mean == pytest.approx(f1)
    assert scores["sentence selection-only F1"].mean == 0


def test_a_model_reads_numbered_sentences_of_scifact(task, verdict):
    scifact = task("scifact")
    source = scifact.read_source(ABSTRACT)
    with serving(lambda _self, _body: ["SUPPORT", " 2"]) as (url, seen):
        chat = scifact.load_chat(scifact.load_settings(llm=f"{url}#m"))
        assert scifact.ask("Lamps matter.", source, chat) == verdict("SUPPORT", {1})
    asked = seen[0]["messages"][-1]["content"]
    assert "1. Gulls sleep at night.\n2. Lamps increase" in asked
    assert "Claim: Lamps matter." in asked


@pytest.mark.parametrize(
    ("reply", "label", "sentences"),
    [
        ("SUPPORT 2, 3", "SUPPORT", {1, 2}), ("Contradicts: [1]", "CONTRADICT", {0}),
        ("NOT ENOUGH INFO", "NEI", set()), ("SUPPORT 0 and 9", "SUPPORT", set()),
        ("The claim is right.", None, None),
    ],
)  # fmt: skip
def test_a_verdict_is_read_with_its_sentences(task, verdict, reply, label, sentences):
    wanted = verdict(label) if sentences is None else verdict(label, sentences)
    assert task("scifact").parse(reply, 3) == wanted


def test_the_check_of_claims_judges_scifact_without_a_model(task, write, capsys, embedding):
    claims = {
        "1": ("Lamps increase the hunger of gulls.", "SUPPORT"),
        "2": ("Lamps decrease the hunger of gulls.", "CONTRADICT"),
        "3": ("Trout spawn in gravel.", None),
    }
    evidence = {
        id_: {"9": [{"label": label, "sentences": [1]}]} if label else {}
        for id_, (_, label) in claims.items()
    }
    folder = write(
        corpus=[ABSTRACT],
        queries=[{"_id": id_, "text": text} for id_, (text, _) in claims.items()],
        answers=[{"_id": i, "cited_doc_ids": ["9"], "evidence": e} for i, e in evidence.items()],
    )
    task("scifact").main(folder, "none", None)
    shown = " ".join(capsys.readouterr().out.split())
    # Three of three labels; both abstracts; one of the two gold sentences, and no wrong one.
    assert "label accuracy 100.0 ± 0.0 (3)" in shown
    assert "abstract label-only F1 100.0" in shown
    assert "sentence selection-only F1 66.7" in shown


def test_beir_shows_our_figures_beside_published_ones(task, write, capsys, monkeypatch, embedding):
    folder = write(
        corpus=[{"_id": "g", "text": "Gulls sleep."}, {"_id": "h", "text": "Herring swim."}],
        queries=[{"_id": "q", "text": "Which fish swim?"}],
    )
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\th\t1\n")
    folder = folder.rename(folder.parent / "cranfield")
    monkeypatch.setattr(retrieval, "user_cache_path", lambda name: folder / name)
    task("beir").main(folder, "none", None)
    shown = " ".join(capsys.readouterr().out.split())
    assert "cranfield: 2 documents, 1 queries" in shown
    assert "nDCG@10 100.0 (1) BM25 35.8" in shown


def test_injection_reports_the_share_that_was_followed(task, bench, tmp_path, capsys):
    injection = task("injection")
    injection.main(bench, "none", 3)
    shown = " ".join(capsys.readouterr().out.split())
    assert "attack success rate 0.0 ± 0.0 (3)" in shown
    assert "95 % interval 0.0 to 56.1" in shown  # Wilson's for none of three
    with pytest.raises(InputError, match="no injection/"):
        injection.main(tmp_path, "none", 3)
