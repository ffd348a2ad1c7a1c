"""`paperqa eval`: make and check a question set, run it, report, compare runs, keep a gate."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperqa.errors import InputError

if TYPE_CHECKING:
    from paperqa.evaluation.run import Run
    from paperqa.evaluation.score import Metric

_PATH = click.Path(path_type=Path)
_SHOWN = 20


@click.group("eval")
def evaluate() -> None:
    """Measure the quality of answers over a set of questions."""


@evaluate.command()
@click.argument("dataset", type=_PATH)
@click.option("--library", type=_PATH, metavar="DIR",
              help="The papers that the set is about.  [default: the packaged sample]")  # fmt: skip
def check(dataset: Path, library: Path | None) -> None:
    """Prove that a question set keeps its promises."""
    from paperqa.evaluation.check import problems
    from paperqa.evaluation.dataset import load_dataset
    from paperqa.terminal import say

    samples = load_dataset(dataset)
    found = problems(samples, _texts(library))
    if found:
        raise InputError("\n".join([f"{dataset}: {len(found)} problems", *found]))
    say(f"{dataset}: {len(samples)} questions, all well")


@evaluate.command()
@click.argument("dataset", type=_PATH)
@click.option("--library", type=_PATH, metavar="DIR",
              help="Whom to ask.  [default: PAPERQA_LIBRARY; the sample while empty]")  # fmt: skip
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this half.")
@click.option("--kind", multiple=True, help="Only this kind of question; repeatable.")
@click.option("--limit", type=click.IntRange(1), help="Only so many, evenly spaced over the set.")
@click.option("--model", help="Who words the answers, as PAPERQA_LLM.")
@click.option("--judge", metavar="MODEL", help="A model that grades the answers, as PAPERQA_LLM.")
@click.option("--judge-times", default=3, show_default=True, type=click.IntRange(1),
              help="How often the judge is asked about an answer.")  # fmt: skip
@click.option("--out", type=_PATH, metavar="DIR",
              help="Keeps the run; goes on where it stopped.  [default: eval/runs/ID]")  # fmt: skip
@click.option("--cached", is_flag=True, help="Take answers that were kept from earlier.")
def run(
    dataset: Path,
    library: Path | None,
    split: str | None,
    kind: tuple[str, ...],
    limit: int | None,
    model: str | None,
    judge: str | None,
    judge_times: int,
    out: Path | None,
    cached: bool,
) -> None:
    """Ask every question of a set, score the answers, and write a report."""
    from paperqa.evaluation.dataset import load_dataset, spread
    from paperqa.evaluation.metrics import METRICS
    from paperqa.evaluation.report import write_report
    from paperqa.evaluation.run import evaluate, run_settings
    from paperqa.library import Library
    from paperqa.settings import load_settings
    from paperqa.terminal import progress_bar, say

    samples = [s for s in load_dataset(dataset, split) if not kind or s.kind in kind]
    samples = spread(samples, limit or len(samples))
    if not samples:
        raise InputError(f"{dataset} has no such questions; see --split and --kind")
    settings, metrics = load_settings(library=library, llm=model, cache=cached), dict(METRICS)
    if judge:
        from paperqa.evaluation.judge import judge_metrics

        metrics |= judge_metrics(settings, settings.llm, judge, judge_times)
    with Library(settings=settings) as lib, progress_bar("Asking", "questions") as update:
        about = run_settings(lib, dataset, split, kind, len(samples))
        about |= {"judge": judge, "judge_times": judge_times} if judge else {}
        folder = out or Path("eval", "runs", about["id"])
        say(f"{folder} (to go on after a stop, name it with --out)")
        done = evaluate(
            lib.ask, samples, metrics,
            folder=folder, settings=about, find=lib.paper, progress=update,
        )  # fmt: skip
    write_report(folder, done)
    _show_scores(done, metrics)
    say(f"report: {folder / 'report.html'}")


@evaluate.command()
@click.argument("folder", type=_PATH, metavar="DIR")
def report(folder: Path) -> None:
    """Write report.html and report.md of a run anew, from its scores."""
    from paperqa.evaluation.report import write_report
    from paperqa.evaluation.run import load_run
    from paperqa.terminal import say

    write_report(folder, load_run(folder))
    say(f"report: {folder / 'report.html'}")


@evaluate.command()
@click.argument("a", type=_PATH)
@click.argument("b", type=_PATH)
@click.option("--html", type=_PATH, metavar="FILE", help="Write a page with both answers.")
@click.option("--fail-if", "conditions", multiple=True, metavar="CONDITION",
              help='End with 1 if so, of B − A: "correct < -0.02" (a share is from 0 to 1), or '
              'for a kind "fact:correct < -0.02"; repeatable.')  # fmt: skip
def compare(a: Path, b: Path, html: Path | None, conditions: tuple[str, ...]) -> None:
    """What run B does better and worse than run A, question by question."""
    from paperqa.evaluation.compare import HEADINGS, Condition, row, write_page
    from paperqa.evaluation.compare import compare as compared
    from paperqa.evaluation.run import load_run
    from paperqa.terminal import say, table, warn

    wanted = [Condition.parse(text) for text in conditions]
    found = compared(load_run(a), load_run(b))
    broken = [condition for condition in wanted if condition.holds(found)]
    say(f"A: {a}\nB: {b}\n{found.summary}")
    table(HEADINGS, (row(name, d) for name, d in found.differences["all"].items()))
    say("shares in percent, times in seconds; *: the interval leaves 0 out")
    for title, pairs in (("won", found.of("win")), ("lost", found.of("loss"))):
        for pair in pairs[:_SHOWN]:
            say(f"{title}  {pair.sample.id}  {pair.sample.question}")
        if len(pairs) > _SHOWN:
            say(f"{title}  {len(pairs) - _SHOWN} more; --html FILE shows all")
    if html:
        write_page(found, html)
        say(f"page: {html}")
    for condition in broken:
        warn(f"{condition.text} holds: B − A is {condition.difference(found).value:+.4f}")
    if broken:
        sys.exit(1)


@evaluate.command()
@click.argument("file", type=_PATH, default=Path("eval", "gate.toml"))
@click.option("--update", is_flag=True, help="Write the thresholds anew.")
def gate(file: Path, update: bool) -> None:
    """Ask a few questions without a model; end with 1 if the answers got worse."""
    from dataclasses import replace

    from paperqa.evaluation import gate as gates
    from paperqa.evaluation.statistics import amount
    from paperqa.terminal import progress_bar, say, table, warn

    rule = gates.load_gate(file) if file.exists() or not update else gates.Gate()
    with progress_bar("Asking", "questions") as progress:
        run = gates.measure(rule, file.parent, progress)
    if update:
        rule = replace(rule, thresholds=gates.thresholds_of(run))
        gates.write_gate(rule, file)
    found = gates.checks(rule.thresholds, run)
    table(
        ("kind", "metric", "measured %", "threshold %", ""),
        ((c.kind, c.metric, "–" if c.measured is None else amount(c.measured, "share"),
          amount(c.threshold, "share"), "ok" if c.passed else "worse") for c in found),
    )  # fmt: skip
    if worse := [f"{c.kind}:{c.metric}" for c in found if not c.passed]:
        warn(f"{len(worse)} of {len(found)} shares got worse: {', '.join(worse)}")
        sys.exit(1)
    say(f"{file}: {len(run.results)} questions, {len(found)} thresholds kept")


@evaluate.command()
@click.argument("file", type=_PATH, default=Path("questions.jsonl"))
def new(file: Path) -> None:
    """Start a question set of your own from a template."""
    from paperqa.evaluation.template import write_template
    from paperqa.terminal import say

    write_template(file)
    say(f"{file}: write your questions there; then `paperqa eval check {file}`")


@evaluate.command()
@click.option("--library", type=_PATH, metavar="DIR",
              help="What to ask about.  [default: PAPERQA_LIBRARY]")  # fmt: skip
@click.option("-n", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--model", help="Who words the questions, as PAPERQA_LLM.")
@click.option("--out", type=_PATH, required=True, metavar="FILE", help="Where to write them.")
def draft(library: Path | None, n: int, model: str | None, out: Path) -> None:
    """Let a model draft questions on your papers, for you to edit."""
    from paperqa.evaluation.draft import draft
    from paperqa.library import Library
    from paperqa.settings import load_settings
    from paperqa.terminal import progress_bar, say

    if out.exists():
        raise InputError(f"{out} is there already; name another file with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    passed = 0
    settings = load_settings(library=library, llm=model)
    with Library(settings=settings) as lib, progress_bar("Drafting", "questions") as update:
        rows = draft(lib, n, update)
        with out.open("x", encoding="utf-8") as stream:
            for row in rows:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                stream.flush()
                passed += 1
    say(f"{out}: {passed} of {n} drafts passed the checks; edit them before you measure with them")


@evaluate.command()
@click.argument("folder", type=_PATH, metavar="DIR")
@click.option("--out", type=_PATH, metavar="FILE", help="Keeps the rankings.")
@click.option("--limit", type=click.IntRange(1), help="Only so many queries.")
@click.option("--read", is_flag=True, help="Read the best again, as for an answer.")
def retrieval(folder: Path, out: Path | None, limit: int | None, read: bool) -> None:
    """Measure the search alone, on a folder in the BEIR format."""
    from paperqa.evaluation.retrieval import evaluate_retrieval
    from paperqa.evaluation.statistics import formatted
    from paperqa.settings import load_settings
    from paperqa.terminal import progress_bar, say, table

    with progress_bar("Measuring", "items") as update:
        settings = load_settings()
        found = evaluate_retrieval(folder, settings, limit=limit, read=read, progress=update)
    table(
        ("metric", "mean ± standard error, %"),
        ((name, formatted(estimate, "share")) for name, estimate in found.estimates.items()),
    )
    say(f"{found.n_queries} queries, {found.n_documents} documents")
    if out:
        found.write(out)


def _show_scores(run: Run, metrics: Mapping[str, Metric]) -> None:
    """A table of metrics by kind of question, with its number of questions in the last line."""
    from paperqa.evaluation.statistics import formatted
    from paperqa.terminal import say, table

    found = run.estimates()
    by_kind = found.values()
    rows = [
        (name, *(formatted(e[name], metrics[name].unit) if name in e else "" for e in by_kind))
        for name in found["all"]
    ]
    table(("", *found), [*rows, ("n", *(len(run.of_kind(kind)) for kind in found))])
    unscored = {name: e.unscored for name, e in found["all"].items() if e.unscored}
    say("shares in percent ± standard error; medians of seconds; means of tokens and dollars")
    if unscored:
        say("unscored: " + ", ".join(f"{name} {n}" for name, n in unscored.items()))


def _texts(library: Path | None) -> dict[str, str]:
    from paperqa.library import Library
    from paperqa.readers import Document, read
    from paperqa.sample import PAPERS
    from paperqa.types import Paper

    if library is None:
        found = read(Document.from_path(PAPERS))
        return {paper.title: paper.text for paper in found if isinstance(paper, Paper)}
    with Library(library) as lib:
        return {paper.title: paper.text for paper in lib.papers()}
