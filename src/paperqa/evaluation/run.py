"""A run: every sample of a set asked once, each answer kept as soon as it is there, and scored.

A run's folder holds `settings.json`, `answers.jsonl` (sample and response a line) and
`scores.jsonl`; reports are made from these alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from paperqa import __version__
from paperqa.batch import whole_lines
from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample, load_dataset, read_sample
from paperqa.evaluation.metrics import METRICS
from paperqa.evaluation.response import FindPaper, Response
from paperqa.evaluation.score import Metric, Score
from paperqa.evaluation.statistics import Estimate, estimate
from paperqa.library import Library
from paperqa.prompts import fingerprint
from paperqa.types import Answer

_CREDENTIALS = re.compile(r"//[^/@]*@")
# Takes a question and the answers before it, oldest first.
Ask = Callable[[str, tuple[Any, ...]], Answer | Mapping[str, Any] | str]


@dataclass(frozen=True, slots=True)
class Result:
    """A sample, the response to it, and what each metric says of it (None: nothing)."""

    sample: Sample
    response: Response
    scores: Mapping[str, Score | None]


@dataclass(frozen=True)
class Run:
    """The results of a run, in the order of the set, and what it was run with."""

    results: tuple[Result, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of question, in order of appearance, then `all`."""
        return (*dict.fromkeys(result.sample.kind for result in self.results), "all")

    def of_kind(self, kind: str) -> tuple[Result, ...]:
        """The results of a kind of question; `all` for every one."""
        return tuple(r for r in self.results if kind in ("all", r.sample.kind))

    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """By kind of question, and for `all`, each metric over the samples that it concerns."""
        found: dict[str, dict[str, Estimate]] = {}
        for kind in self.kinds:
            some = self.of_kind(kind)
            for name in dict.fromkeys(name for result in some for name in result.scores):
                scores = [s for result in some if (s := result.scores.get(name)) is not None]
                if scores:
                    found.setdefault(kind, {})[name] = estimate([s.value for s in scores])
        return found


def evaluate(
    ask: Ask,
    dataset: Path | str | Iterable[Sample],
    metrics: Mapping[str, Metric] = METRICS,
    *,
    folder: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    find: FindPaper | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Ask every question of a set and score the answers.

    `ask(question, history)` is any callable, `Library.ask` or a rival; it returns an `Answer`, a
    mapping with some of its fields, or just a text. With a `folder`, each answer is kept at once,
    and a run that was stopped goes on there. `find` gives the paper of an id, to check quotes
    with (`Library.paper`). Raises `InputError` when the folder holds another run, or for an answer
    of another form.

    >>> evaluate(library.ask, "questions.jsonl").estimates()["all"]["correct"]  # doctest: +SKIP
    """
    samples = load_dataset(Path(dataset)) if isinstance(dataset, str | Path) else tuple(dataset)
    kept = _begin(folder, samples, settings or {}) if folder else []
    results = [score(sample, response, metrics) for sample, response in kept]
    for n, sample in enumerate(samples[len(kept) :], len(kept)):
        progress(n, len(samples))
        response = _response(sample, answer(sample, ask), find)
        if folder:
            row = {"sample": asdict(sample), "response": response.to_dict()}
            _append(folder / "answers.jsonl", row)
        results.append(score(sample, response, metrics))
    progress(len(samples), len(samples))
    run = Run(tuple(results), settings or {})
    if folder:
        _write_scores(folder, run)
    return run


def run_settings(
    library: Library, dataset: Path, split: str | None, kinds: Sequence[str], n: int
) -> dict[str, Any]:
    """What a run of paperqa itself depends on, and an `id` to tell runs apart; no secrets."""
    settings, now = library.settings, datetime.now(UTC)
    name = dataset.stem if dataset.is_file() else dataset.name
    model = Path(settings.llm.rpartition("#")[2] or settings.llm).name
    return {
        "id": "-".join([f"{now:%Y%m%d-%H%M%S}", name, *([split] if split else []), model]),
        "started": f"{now:%Y-%m-%d %H:%M:%S} UTC",
        "dataset": dataset.as_posix(),
        "split": split,
        "kinds": list(kinds),
        "questions": n,
        "papers": len(library),
        "model": _CREDENTIALS.sub("//", settings.llm),
        "embedding": _CREDENTIALS.sub("//", settings.embedding),
        "reranker": _CREDENTIALS.sub("//", settings.reranker),
        "chunk_tokens": settings.chunk_tokens,
        "sources": settings.sources,
        "cached": settings.cache,
        "version": __version__,
        "prompts": fingerprint()[:12],
    }


def answer(sample: Sample, ask: Ask) -> Answer | Mapping[str, Any] | str:
    """The answer to a sample, after the questions of its history have been asked in turn."""
    history: list[Any] = []
    for question in sample.history:
        history.append(ask(question, tuple(history)))
    return ask(sample.question, tuple(history))


def _response(sample: Sample, given: Any, find: FindPaper | None) -> Response:
    try:
        return Response.of(given, find)
    except ValueError as error:
        raise InputError(f"{sample.id}: the answer isn't as docs/json.md says: {error}") from None


def score(sample: Sample, response: Response, metrics: Mapping[str, Metric]) -> Result:
    """What each metric says of a response."""
    return Result(sample, response, {name: m.of(sample, response) for name, m in metrics.items()})


def load_run(folder: Path) -> Run:
    """The run that a folder holds, with the scores given then. Raises `InputError`."""
    try:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        rows = _answers(folder)
        scores = [json.loads(line) for line in whole_lines(folder / "scores.jsonl")]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{folder} holds no evaluation run ({error})") from None
    if [row["id"] for row in scores] != [sample.id for sample, _ in rows]:
        raise InputError(f"{folder}: the run was stopped; go on with `paperqa eval run --out`")
    return Run(
        tuple(
            Result(sample, response, {name: s and Score(**s) for name, s in row["scores"].items()})
            for (sample, response), row in zip(rows, scores, strict=True)
        ),
        settings,
    )


def _begin(
    folder: Path, samples: Sequence[Sample], settings: Mapping[str, Any]
) -> list[tuple[Sample, Response]]:
    """What the folder holds already of this very run; makes the folder where there is none."""
    file = folder / "settings.json"
    if file.exists():
        try:
            kept, before = _answers(folder), json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InputError(f"{folder} holds a damaged run ({error}); name another") from None
        if [s for s, _ in kept] != list(samples[: len(kept)]) or _fixed(before) != _fixed(settings):
            raise InputError(f"{folder} holds another run; name another folder with --out")
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return []


def _fixed(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in ("id", "started")}


def _answers(folder: Path) -> list[tuple[Sample, Response]]:
    rows = [json.loads(line) for line in whole_lines(folder / "answers.jsonl")]
    return [(read_sample(row["sample"]), Response.read(row["response"])) for row in rows]


def _append(file: Path, row: Mapping[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_scores(folder: Path, run: Run) -> None:
    rows = (
        {"id": r.sample.id, "scores": {name: s and asdict(s) for name, s in r.scores.items()}}
        for r in run.results
    )
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "scores.jsonl").write_text(text, encoding="utf-8")
