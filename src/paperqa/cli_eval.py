"""`paperqa eval`: check a question set, run it, print the scores."""

from __future__ import annotations

from pathlib import Path

import click

from paperqa.errors import InputError


@click.group("eval")
def evaluate() -> None:
    """Measure the quality of answers over a set of questions."""


@evaluate.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--library", type=click.Path(path_type=Path), metavar="DIR",
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
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--library", type=click.Path(path_type=Path), metavar="DIR",
              help="Whom to ask.  [default: PAPERQA_LIBRARY; the sample while empty]")  # fmt: skip
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this half.")
@click.option("--kind", multiple=True, help="Only this kind of question; repeatable.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many.")
@click.option("--model", help="Who words the answers, as PAPERQA_LLM.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Where answers and scores are kept; goes on where it stopped.")  # fmt: skip
def run(
    dataset: Path,
    library: Path | None,
    split: str | None,
    kind: tuple[str, ...],
    limit: int | None,
    model: str | None,
    out: Path,
) -> None:
    """Ask every question of a set and score the answers."""
    from paperqa.evaluation.dataset import load_dataset
    from paperqa.evaluation.run import estimates
    from paperqa.evaluation.run import run as run_all
    from paperqa.library import Library
    from paperqa.settings import load_settings
    from paperqa.terminal import progress_bar, table

    samples = [s for s in load_dataset(dataset, split) if not kind or s.kind in kind][:limit]
    settings = load_settings(library=library, llm=model, cache=False)
    with Library(settings=settings) as lib, progress_bar("Asking", "questions") as update:
        rows = run_all(samples, lib.ask, out, update)
    found = estimates(rows)
    metrics = list(dict.fromkeys(name for scores in found.values() for name in scores))
    table(
        ("metric", *found),
        ((name, *(scores.get(name, "") for scores in found.values())) for name in metrics),
    )


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
