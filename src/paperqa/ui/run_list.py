"""The evaluation runs under a folder. A run is opened by a name that is listed, never by a path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from paperqa.errors import InputError
from paperqa.evaluation.compare import compare, write_page
from paperqa.evaluation.report import write_report
from paperqa.evaluation.run import load_run
from paperqa.evaluation.statistics import amount
from paperqa.ui.markup import text

SHARES = {
    "correct": "Correct",
    "first_citation": "First citation",
    "false_refusal": "False refusals",
}
_FILES = ("settings.json", "answers.jsonl", "scores.jsonl")


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in the list: `done` of its `total` questions are answered; `shares` are means, None
    until it is finished."""

    id: str
    settings: Mapping[str, Any]
    done: int
    total: int
    shares: Mapping[str, float] | None

    @property
    def set_name(self) -> str:
        """The question set, and which half of it."""
        name = Path(str(self.settings.get("dataset") or self.id)).stem
        return f"{name} · {split}" if (split := self.settings.get("split")) else name

    @property
    def date(self) -> str:
        """When it was started."""
        return str(self.settings.get("started", ""))[:19]

    @property
    def label(self) -> str:
        """What tells it from the others in a menu."""
        return f"{self.date} · {self.set_name} · {self.settings.get('model', '')}"


class Runs:
    """The runs under `folder`, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def list(self) -> tuple[Listed, ...]:
        """The runs, newest first; what can't be read is left out."""
        folders = [path.parent for path in self.folder.glob("*/settings.json")]
        found = [run for folder in folders if (run := _listed(folder, _stamp(folder)))]
        return tuple(sorted(found, key=lambda run: (run.date, run.id), reverse=True))

    def get(self, id_: str) -> Listed:
        """The run of a name. Raises `InputError` for one that isn't listed."""
        for run in self.list():
            if run.id == id_:
                return run
        raise InputError("this run is gone; choose another one")

    def report(self, id_: str) -> str:
        """A run's report, as a whole HTML page. Raises `InputError`."""
        folder = self.folder / self.get(id_).id
        file = folder / "report.html"
        try:
            if not file.is_file():
                write_report(folder, load_run(folder))
            return file.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"the report of {id_} can't be made or read ({error})") from None

    def comparison(self, a: str, b: str) -> str:
        """Two runs side by side, as a whole HTML page. Raises `InputError`."""
        found = compare(*(load_run(self.folder / self.get(id_).id) for id_ in (a, b)))
        with TemporaryDirectory() as folder:
            file = Path(folder, "comparison.html")
            write_page(found, file)
            return file.read_text(encoding="utf-8")


def table(runs: tuple[Listed, ...], running: str) -> str:
    """The list, with a button that opens a run or, where it was stopped, goes on with it.

    `running` is the id of the one that is under way, if any.
    """
    if not runs:
        return "" if running else "<p>There are no runs yet.</p>"
    heads = ("Set", "Date", "Model", "Questions", *SHARES.values())
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    rows = "".join(_row(run, run.id == running) for run in runs)
    return (
        '<table><caption class="unseen">Runs</caption>'
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    )


def frame(title: str, page: str) -> str:
    """A report within the page. Its script runs, but neither here nor with any network."""
    return f'<iframe title="{text(title)}" sandbox="allow-scripts" srcdoc="{text(page)}"></iframe>'


def _row(run: Listed, is_running: bool) -> str:
    name, done = text(run.set_name), str(run.done)
    if run.shares is not None:
        name = f'<button type="button" data-run="{text(run.id)}">{name}</button>'
    else:
        done = f"{'running' if is_running else 'stopped'}, {run.done} of {run.total}"
        if not is_running:
            name += f' <button type="button" data-go-on="{text(run.id)}">Go on</button>'
    facts = {"Date": run.date, "Model": run.settings.get("model", ""), "Questions": done}
    for metric, label in SHARES.items():
        value = (run.shares or {}).get(metric)
        facts[label] = "–" if value is None else f"{amount(value, 'share')} %"
    cells = "".join(f'<td data-label="{k}">{text(v)}</td>' for k, v in facts.items())
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _stamp(folder: Path) -> tuple[int, ...]:
    """When each of a run's files was last written."""
    files = (folder / name for name in _FILES)
    return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)


@lru_cache(maxsize=1000)
def _listed(folder: Path, stamp: tuple[int, ...]) -> Listed | None:
    """What the list says of a run; `stamp` makes it be read anew when it changes."""
    try:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        done = len(_lines(folder / "answers.jsonl"))
        rows = [json.loads(line)["scores"] for line in _lines(folder / "scores.jsonl")]
        shares = {name: _mean(rows, name) for name in SHARES}
        total = int(settings.get("questions") or done)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    known = {name: share for name, share in shares.items() if share is not None}
    is_finished = rows and len(rows) == done
    return Listed(folder.name, settings, done, total, known if is_finished else None)


def _lines(file: Path) -> list[bytes]:
    """The whole lines of a file, which another process may be writing to."""
    return file.read_bytes().splitlines(keepends=True) if file.is_file() else []


def _mean(rows: list[Any], name: str) -> float | None:
    values = [score["value"] for row in rows if (score := row.get(name))]
    scored = [float(value) for value in values if value is not None]
    return sum(scored) / len(scored) if scored else None
