"""The pages of a run: everything in them, nothing of it trusted, and numbers that agree."""

import re

import pytest
from bs4 import BeautifulSoup

from paperqa.evaluation import charts
from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.report import outcome, write_report
from paperqa.evaluation.response import Cited, Response
from paperqa.evaluation.run import Result, Run, score
from paperqa.evaluation.score import Score
from paperqa.evaluation.statistics import Percentiles, estimate, formatted, risk_coverage

HOSTILE = (
    "</script><script>alert(1)</script></style><img src=x onerror=alert(2)>"
    "<a href='javascript:alert(3)'>\" onclick=\"alert(4) {{ 7 * 7 }} <!-- ]]>"
)
FACT = Sample("f1", "dev", "fact", "How many?", ("A",), (("7", "seven"),), "It is 7.")
LIST = Sample("l1", "dev", "list", "Which?", ("A", "B"))
NEITHER = Sample("u1", "dev", "unanswerable", "Why?", reason="absent topic")


def result(sample, text="", cited="", **fields):
    """`cited` are titles of one letter."""
    response = Response(text, cited=tuple(Cited(title) for title in cited), **fields)
    return score(sample, response, METRICS)


def page(folder, *results, **settings):
    write_report(folder, Run(results, settings))
    return BeautifulSoup((folder / "report.html").read_text("utf-8"), "html.parser")


def many():
    """Four facts, half of them right: the surest three are right, right, wrong."""
    return [
        result(FACT, text, "A", confidence=confidence, seconds={"total": seconds})
        for text, confidence, seconds in (("7", 0.9, 1), ("7", 0.8, 2), ("8", 0.7, 3), ("8", 0, 4))
    ]


def test_all_questions_are_there_with_their_outcome(tmp_path):
    followup = Sample("x1", "dev", "followup", "And it?", (), (("9",),), history=("Who?",))
    found = page(
        tmp_path, result(FACT, "7", "A"), result(followup, "8", standalone="And Bo?"),
        result(NEITHER, "No.", refused=True), result(FACT, refused=True),
    )  # fmt: skip
    rows = found.select("details.question")
    assert [row["data-outcome"] for row in rows] == ["right", "wrong", "right", "refused"]
    assert [row["data-kind"] for row in rows] == ["fact", "followup", "unanswerable", "fact"]
    text = " ".join(rows[1].get_text(" ").split())
    for shown in ("And it?", "Asked before Who?", "Understood as And Bo?", "✗ 9", "lacks 9"):
        assert shown in text
    assert "A refusal (absent topic)" in rows[2].text
    chips = {chip.span.text for chip in found.select(".chip")}
    assert {"right 2", "wrong 1", "refused 1", "fact 2", "followup 1"} < chips


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (result(LIST, "-", "AB"), "right"), (result(LIST, "-", "A"), "partly"),
        (result(LIST, "-", "C"), "wrong"), (result(LIST, refused=True), "refused"),
        (result(Sample("", "dev", "list", "?")), "unscored"),
        (Result(FACT, Response("7"), {"correct": Score(None, "no judge")}), "unscored"),
    ],
)  # fmt: skip
def test_a_question_has_the_outcome(given, expected):
    assert outcome(given) == expected


def test_an_answer_shows_citations_dropped_claims_evidence_and_costs(tmp_path):
    cited = (Cited("a", "Seven.", True, True), Cited("Z", "Eight.", False, False))
    response = Response(
        "It is 7. [1]", False, (("It is 8.", False, "not in the paper"),), cited, ("Z", "A"),
        model="qwen", confidence=0.25, seconds={"total": 1.5}, usage={"output": 9}, cost=0.02,
    )  # fmt: skip
    body = page(tmp_path, score(FACT, response, METRICS)).select_one(".body")
    shown = " ".join(body.get_text(" ").split())
    assert "a ✓ expected Seven." in shown  # titles are compared without case
    assert "Z ✗ no such paper ✗ not in the paper as quoted Eight." in shown
    assert "Dropped claims It is 8. (not in the paper)" in shown
    assert "Z A ✓ expected" in shown
    assert "✓ 7 or seven" in shown
    assert "· qwen · confidence 0.250 · total 1.50 s · 9 output · $ 0.0200" in shown


def test_the_promises_are_kept_or_broken_in_sight(tmp_path):
    good, bad = Cited("A", "q", True, True), Cited("B", "q", False, True)
    results = [score(FACT, Response("7", cited=cited), METRICS) for cited in ((good,), (good, bad))]
    invented, exact = page(tmp_path, *results).select(".promise")
    assert "bad" in invented["class"]
    assert "good" in exact["class"]
    assert "2 of 3 citations" in invented.text
    assert "3 of 3 quotes" in exact.text


def test_the_numbers_are_those_of_the_run(tmp_path):
    run = Run((*many(), result(NEITHER, "No.", refused=True), result(LIST, "-", "AC")))
    write_report(tmp_path, run)
    found = BeautifulSoup((tmp_path / "report.html").read_text("utf-8"), "html.parser")
    headings, *rows = ([cell.text for cell in row("th") + row("td")] for row in found.table("tr"))
    shown = {row[0].split(" ↑")[0].split(" ↓")[0]: row for row in rows}
    for kind, scores in run.estimates().items():
        for name, value in scores.items():
            cell = shown[name.replace("_", " ")][headings.index(kind)]
            assert cell == formatted(value, METRICS[name].unit)
    # Correct are 2 of the 4 facts, and the refusal: 3 of 5.
    assert shown["correct"][1:4] == ["60.0 ± 24.5", "5", "0"]
    assert "60.0 %" in found.select_one(".tile").text
    text = (tmp_path / "report.md").read_text("utf-8")
    assert "| fact | 50.0 ± 28.9 (4) | 100.0 ± 0.0 (4) |" in text
    assert "| all | 60.0 ± 24.5 (5) |" in text
    # Of 1, 2, 3, 4 the median is 2.5, and 95 % lie at 1 + 0.95 · 3 = 3.85.
    assert "2.50 s (p50), 3.85 s (p95)" in text


def test_the_markdown_is_a_whole_table(tmp_path):
    page(tmp_path, *many(), model="qwen")
    heading, *others = (tmp_path / "report.md").read_text("utf-8").split("\n\n")
    table = others[0].splitlines()
    assert "4 questions · model qwen" in heading
    assert [line[:6] for line in table] == ["| % | ", "|---|-", "| fact", "| all "]
    assert {line.count("|") for line in table} == {8}


def test_nothing_from_papers_or_models_is_markup(tmp_path):
    hostile = Sample(
        HOSTILE, "dev", "fact", HOSTILE, (HOSTILE,), ((HOSTILE,),), HOSTILE, (HOSTILE,)
    )
    response = Response(
        HOSTILE, False, ((HOSTILE, False, HOSTILE),), (Cited(HOSTILE, HOSTILE, False, False),),
        (HOSTILE,), HOSTILE + "?", HOSTILE, usage={HOSTILE: 1}, seconds={HOSTILE: 1.0},
    )  # fmt: skip
    scores = {"correct": Score(0.0, HOSTILE), HOSTILE: Score(0.5, HOSTILE)}
    given = Result(hostile, response, scores)
    found = page(tmp_path, given, dataset=HOSTILE, **{HOSTILE: HOSTILE})
    assert found.select_one(".answer").text == HOSTILE
    assert found.select_one(".asked").text == HOSTILE
    assert found.select_one(".question")["id"] == HOSTILE
    assert (len(found("script")), len(found("style")), len(found("a") + found("img"))) == (1, 1, 0)
    assert not [name for tag in found(True) for name in tag.attrs if name.startswith("on")]
    assert "<script" not in (tmp_path / "report.md").read_text("utf-8")


def test_characters_that_reorder_or_break_text_are_left_out(tmp_path):
    found = page(tmp_path, result(FACT, "7 \u202egnorw\x00 \ud800"))
    assert found.select_one(".answer").text == "7 gnorw ?"


def test_the_page_needs_nothing_but_itself(tmp_path):
    found = page(tmp_path, *many())
    assert not [
        tag for tag in found(True) if {"src", "href", "srcset", "action"} & tag.attrs.keys()
    ]
    assert not re.search(r"https?:|url\(|@import|fetch\(", str(found))
    policy = found.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")
    for svg in found("svg"):
        assert svg["role"] == "img"
        assert {found.find(id=name).name for name in svg["aria-labelledby"].split()} == {
            "title", "desc",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("results", "n_charts"),
    [
        ([], 0),
        ([result(FACT)], 1),
        ([result(FACT, "7", confidence=0.5), result(FACT, "8", confidence=0.5)], 1),
        ([Result(FACT, Response("7"), {"correct": Score(None)})], 0),
        ([Result(FACT, Response("7"), {})], 0),
        (many()[:1], 2),
        (many(), 3),
    ],
)
def test_a_chart_is_shown_where_there_is_something_to_show(tmp_path, results, n_charts):
    found = page(tmp_path, *results)
    assert len(found("svg")) == n_charts
    assert len(found.select("details.question")) == len(results)


def test_a_report_is_replaced_as_a_whole(tmp_path):
    page(tmp_path, *many())
    page(tmp_path, result(LIST, "-", "A"))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.html", "report.md"]
    assert "How many?" not in (tmp_path / "report.html").read_text("utf-8")


def test_bars_end_where_their_shares_lie():
    chart = charts.bars({"fact": estimate([1, 0]), "all": estimate([1])})
    # Wilson's interval of 1 in 2 is symmetric about the middle of the axis.
    half = (chart.axis.start + chart.axis.end) / 2
    assert chart.bars[0].x == half
    assert chart.bars[0].low + chart.bars[0].high == pytest.approx(2 * half)
    assert (chart.bars[1].x, chart.bars[1].low) == (chart.axis.end, None)


def test_a_risk_curve_goes_from_no_coverage_to_all():
    # The risks at 1/4, 2/4, 3/4 and 4/4 are 0, 0, 1/3, 1/2; the axis ends at 1/2.
    curve = charts.risk_curve(risk_coverage([0.9, 0.8, 0.7, 0.6], [0, 0, 1, 1]))
    left, right, bottom, top = curve.x.start, curve.x.end, curve.y.start, curve.y.end
    points = [tuple(map(float, point.split(","))) for point in curve.points.split()]
    assert points[:2] == [(left, bottom), ((3 * left + right) / 4, bottom)]
    assert points[3] == pytest.approx(((left + 3 * right) / 4, bottom + (top - bottom) / 1.5))
    assert points[4] == (right, top)
    assert charts.risk_curve(risk_coverage([0.9, 0.8], [0, 0])).y.high > 0


@pytest.mark.parametrize("seconds", [[0.0], [1.0, 1.0], [0.0004, 3e6], [0.05, 0.07, 40.0]])
def test_a_latency_curve_stays_on_its_axes(seconds):
    curve = charts.latency_curve(seconds, Percentiles(seconds[0], seconds[-1], seconds[-1]))
    points = [tuple(map(float, point.split(","))) for point in curve.points.split()]
    assert all(curve.x.start <= x <= curve.x.end for x, _ in points)
    assert (points[0][1], points[-1]) == (curve.y.start, (curve.x.end, curve.y.end))
    assert 2 <= len(curve.x.ticks) <= 9
