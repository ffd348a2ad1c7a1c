"""An evaluation run in the background: it goes on while the page is closed."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from paperqa.errors import InputError, PaperqaError
from paperqa.evaluation.dataset import Sample, load_dataset, spread
from paperqa.evaluation.report import write_report
from paperqa.evaluation.run import Run, evaluate, run_settings
from paperqa.library import Library
from paperqa.ui.run_list import Listed, Runs

_SET = "questions.jsonl"  # an uploaded set is kept with its run, so that it can go on
_NEW = {"id", "started"}  # what differs when a run goes on


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run `id` is, or how it ended."""

    id: str = ""
    done: int = 0
    total: int = 0
    is_running: bool = False
    said: str = ""
    failed: bool = False


class RunJob:
    """One run at a time."""

    def __init__(self, runs: Runs, library: Library) -> None:
        self._runs, self._library = runs, library
        self._stop, self._lock = threading.Event(), threading.Lock()
        self.progress = Progress()

    def start(
        self, dataset: Path, split: str | None, limit: int | None, llm: str, *, uploaded: bool
    ) -> None:
        """Begin a new run. Raises `InputError`."""
        try:
            samples = load_dataset(dataset, split)
        except InputError as error:  # where an upload is kept tells the user nothing
            raise InputError(str(error).replace(str(dataset), dataset.name)) from None
        samples = tuple(spread(samples, limit or len(samples)))
        if not samples:
            raise InputError("the set has no such questions; choose another half of it")
        library = self._asked(llm)
        named = Path(dataset.stem) if uploaded else dataset
        about = run_settings(library, named, split, (), len(samples))
        self._begin(library, samples, about, dataset if uploaded else None)

    def go_on(self, run: Listed) -> None:
        """Go on with a run that was stopped. Raises `InputError` where something has changed."""
        about = run.settings
        split, kinds, model = about.get("split"), about.get("kinds") or (), about.get("model", "")
        if model not in ("none", "local", self._library.settings.llm):
            raise InputError(f"this run asked {model}; choose that model in the settings first")
        kept, named = self._runs.folder / run.id / _SET, Path(about.get("dataset", ""))
        found = load_dataset(kept if kept.is_file() else named, split)
        samples = spread([s for s in found if not kinds or s.kind in kinds], run.total)
        library = self._asked(model)
        now = run_settings(library, named, split, kinds, len(samples))
        changed = [k for k in {**now, **about} if k not in _NEW and now.get(k) != about.get(k)]
        if changed:
            raise InputError(f"this run can't go on: {', '.join(changed)} changed since")
        self._begin(library, samples, about, None)

    def stop(self) -> None:
        """Stop after the question that is being asked; what is done is kept."""
        self._stop.set()

    def _asked(self, llm: str) -> Library:
        """The library, answering with another model, and with no answers from earlier."""
        library = copy(self._library)  # shares files and models
        library.use(library.settings.model_copy(update={"llm": llm, "cache": False}))
        return library

    def _begin(
        self,
        library: Library,
        samples: Sequence[Sample],
        about: Mapping[str, Any],
        uploaded: Path | None,
    ) -> None:
        with self._lock:
            if self.progress.is_running:
                raise InputError("a run is under way; stop it first, or wait for it")
            self._stop.clear()
            self.progress = Progress(about["id"], 0, len(samples), is_running=True)
        folder = self._runs.folder / about["id"]
        work = partial(
            evaluate, library.ask, samples,
            folder=folder, settings=about, find=library.paper, progress=self._advance,
        )  # fmt: skip
        threading.Thread(target=self._run, args=(work, folder, uploaded), daemon=True).start()

    def _run(self, work: Callable[[], Run], folder: Path, uploaded: Path | None) -> None:
        said, failed = "finished", False
        try:
            if uploaded:
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(uploaded, folder / _SET)
            write_report(folder, work())
        except _Stopped:
            said = "stopped; what is done is kept"
        except (PaperqaError, OSError) as error:
            said, failed = str(error), True
        except Exception:
            logging.getLogger(__name__).exception("the run %s failed", folder.name)
            said, failed = "failed; the server's log says why", True
        self.progress = replace(self.progress, is_running=False, said=said, failed=failed)

    def _advance(self, done: int, total: int) -> None:
        self.progress = replace(self.progress, done=done, total=total)
        if self._stop.is_set() and done < total:
            raise _Stopped


class _Stopped(Exception):
    """The run was asked to stop."""
