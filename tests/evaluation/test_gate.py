"""The gate lets through what was measured, and names what fell below."""

import pytest

from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.gate import Gate, checks, load_gate, thresholds_of, write_gate
from paperqa.evaluation.response import Response
from paperqa.evaluation.run import Result, Run
from paperqa.evaluation.score import Score


def run(**scores):
    """A run of facts with these values of metrics."""
    rows = zip(*scores.values(), strict=True)
    return Run(
        tuple(
            Result(
                Sample(str(n), "dev", "fact", "?"), Response("7"),
                {name: Score(value) for name, value in zip(scores, row, strict=True)},
            )
            for n, row in enumerate(rows)
        )
    )  # fmt: skip


MEASURED = run(
    correct=[1, 1, 1, 0], false_refusal=[0, 0, 1, 0], exact_match=[0, 1, 0, 0],
    exact_quotes=[1, 1, 1, 1], total=[1, 2, 3, 4],
)  # fmt: skip


def test_a_threshold_is_two_standard_errors_from_the_share():
    found = thresholds_of(MEASURED)
    # The errors are ½ / √4 = ¼: ¾ - ½, ¼ + ½, and ¼ - ½ bounds nothing. Times are no shares.
    assert found["fact"] == {"correct": 0.25, "false_refusal": 0.75, "exact_quotes": 1.0}
    assert found["all"] == found["fact"]


def test_thresholds_are_rounded_so_that_the_same_run_passes():
    thirds = run(correct=[1, 1, 0] * 30, false_refusal=[0, 0, 1] * 30)
    found = thresholds_of(thirds)["all"]
    # ⅔ and ⅓, each with the error √(2/9 · 90/89) / √90 = 0.049968
    assert found == {"correct": 0.5667, "false_refusal": 0.4333}
    exact = thresholds_of(run(token_f1=[2 / 3] * 9))
    assert all(check.passed for check in checks(exact, run(token_f1=[2 / 3] * 9)))


def test_what_fell_below_or_is_gone_does_not_pass():
    thresholds = {"fact": {"correct": 0.25, "false_refusal": 0.25, "renamed": 0.5}}
    worse = run(correct=[1, 0, 0, 0, 0], false_refusal=[1, 1, 0, 0, 0])
    assert [c.passed for c in checks(thresholds, MEASURED)] == [True, True, False]
    assert [(c.measured, c.passed) for c in checks(thresholds, worse)] == [
        (0.2, False), (0.4, False), (None, False),
    ]  # fmt: skip


def test_a_gate_is_read_as_it_was_written(tmp_path):
    gate = Gate("set", "test", 7, {"fact": {"hit@1": 0.5}, "all": {"correct": 1.0}})
    write_gate(gate, tmp_path / "gate.toml")
    assert load_gate(tmp_path / "gate.toml") == gate


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[fact", "is no file of thresholds"), ("[fact]\ncorrect = 0.5", "'dataset'"),
        ('dataset="s"\nsplit="dev"\nquestions=3\n[fact]\ncorrect = "x"', "float"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_gate_is_refused(tmp_path, text, message):
    (tmp_path / "gate.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        load_gate(tmp_path / "gate.toml")


def test_the_way_to_a_first_gate_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file; write it with --update"):
        load_gate(tmp_path / "gate.toml")


def test_a_gate_without_thresholds_lets_nothing_through():
    with pytest.raises(InputError, match="no thresholds; write them with --update"):
        checks({"fact": {}}, MEASURED)
