"""Runs paperqa in processes of its own, so that tests can kill, pause, starve and outrun them."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from paperqa import Library
from paperqa.errors import PaperqaError
from paperqa.index import ingest, switch
from paperqa.index.catalogue import Catalogue
from paperqa.index.dense import DenseIndex
from paperqa.index.lexical import LexicalIndex
from paperqa.passages import count_tokens
from paperqa.settings import load_settings


class Words(BaseEmbedding):
    """Words counted in 16 bins: deterministic, and like texts have like vectors."""

    _texts: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, name: str = "words-16") -> None:
        super().__init__(model_name=name)

    @property
    def texts(self) -> list[str]:
        """What was embedded so far, questions left out."""
        return self._texts

    def _get_text_embedding(self, text: str) -> list[float]:
        self._texts.append(text)
        return self._get_query_embedding(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        vector = np.zeros(16)
        for word in query.lower().split():
            vector[hashlib.sha256(word.encode()).digest()[0] % 16] += 1
        return vector.tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def write_papers(file: Path, names: Iterable[str], abstract: str = "It is about tides.") -> Path:
    """A JSONL file of one paper a name; the paper `x` has the id `doi:10.1234/x`."""
    rows = (
        {"doi": f"10.1234/{name}", "title": f"Harbour {name}", "abstract": f"{name}. {abstract}"}
        for name in names
    )
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def ids(names: Iterable[str]) -> set[str]:
    """The ids of the papers that `write_papers` writes."""
    return {f"doi:10.1234/{name}" for name in names}


def found(library: Library, question: str = "harbour", k: int = 1000) -> set[str]:
    """The ids of the papers that a search finds; every paper of `write_papers` says harbour."""
    return {evidence.paper.id for evidence in library.search(question, k)}


def assert_healthy(library: Library) -> None:
    """Each paper of the catalogue is found by both indexes, and nothing else is."""
    problems = library.problems()
    assert not problems, problems
    stores = library._stores
    passages = set(stores.catalogue.passage_ids())
    question = np.array(Words()._get_query_embedding("harbour"), np.float32)
    assert set(stores.dense.search(question, len(passages) + 10)) == passages
    assert {id_ for id_, _ in stores.lexical.search("harbour", len(passages) + 10)} == passages
    assert found(library) == {paper.id for paper in library.papers()}


def cli(*arguments: str | Path, prefix: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [*prefix, sys.executable, "-m", "paperqa.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def drive(verb: str, *arguments: object, prefix: Iterable[str] = ()) -> list:
    """Run `verb` in a process of its own; what it prints, one JSON value a line."""
    command = [*prefix, sys.executable, __file__, verb, json.dumps(arguments, default=str)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def driven(verb: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """As `drive`, while the caller does other things; goes on when its input is closed."""
    command = [sys.executable, __file__, verb, json.dumps(arguments, default=str)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
            process.stdin.close()
            assert process.wait(60) == 0
        finally:
            process.kill()


# --- what runs in the other process -------------------------------------------------------------

BOUNDARIES = (
    (Catalogue, "_execute"),
    (Catalogue, "clear_pending"),
    (DenseIndex, "add"),
    (DenseIndex, "put"),
    (DenseIndex, "clear"),
    (LexicalIndex, "put"),
    (LexicalIndex, "commit"),
    (LexicalIndex, "clear"),
    (LexicalIndex, "release"),
    (os, "unlink"),
    (switch, "_take"),
    (switch, "sweep"),
)
PAUSES = {
    "embedding": (Words, "_get_text_embedding"),
    "commit": (LexicalIndex, "commit"),
    "settle": (Catalogue, "clear_pending"),
}


def before_each(owner: object, name: str, hook: Callable[[], object]) -> None:
    """Call `hook` before each call of a function."""
    original = getattr(owner, name)

    def hooked(*args: object, **kwargs: object) -> object:
        hook()
        return original(*args, **kwargs)

    setattr(owner, name, hooked)


def act(verb: str, folder: Path, arguments: Iterable[str]) -> None:
    """`add` files, `remove` papers, `repair`, or `reembed` with another model."""
    ingest.BATCH = switch.BATCH = 2
    with Library(folder, embedding=Words("words-b" if verb == "reembed" else "words-16")) as lib:
        if verb == "add":
            lib.add(*arguments)
        elif verb == "remove":
            lib.remove(*arguments)
        else:
            lib.repair()


def forked(work: Callable[[], object], seconds: float | None = None) -> int:
    """Do `work` in a process of its own, killed after `seconds`; its exit code."""
    child = os.fork()
    if not child:
        try:
            work()
        except PaperqaError as error:
            print(json.dumps([type(error).__name__, str(error)]), flush=True)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill(verb: str, before: str, work: str, arguments: list[str], n: int, n_timed: int) -> None:
    """Kill an action on copies of the library `before`: at `n` boundaries, spread over all.

    Then at `n_timed` random times. Prints the copies; the first is the one left in peace.
    """

    def run(folder: Path, boundary: int = 0) -> None:
        steps = 0

        def step() -> None:
            nonlocal steps
            steps += 1
            if steps == boundary:
                os.kill(os.getpid(), signal.SIGKILL)

        for owner, name in BOUNDARIES:
            before_each(owner, name, step)
        act(verb, folder, arguments)
        Path(work, f"{verb}.steps").write_text(str(steps))

    def copy(name: object) -> Path:
        return shutil.copytree(before, Path(work, f"{verb}-{name}"))

    folders = [copy("whole")]
    start = time.perf_counter()
    assert forked(lambda: run(folders[0])) == 0
    seconds = time.perf_counter() - start
    steps = int(Path(work, f"{verb}.steps").read_text())
    for boundary in np.linspace(1, steps, n).round().astype(int).tolist():
        folders.append(copy(boundary))
        assert forked(lambda: run(folders[-1], boundary)) == -signal.SIGKILL  # noqa: B023
    for i in range(n_timed):
        folders.append(copy(f"time-{i}"))
        forked(lambda: run(folders[-1]), random.uniform(0.2, 1) * seconds)
    print(json.dumps([str(folder) for folder in folders]), flush=True)


def kill_all(jobs: list[tuple[str, str, str, list[str], int, int]]) -> None:
    """`kill` once for each of these arguments."""
    for job in jobs:
        kill(*job)


def pause(point: str, folder: str, *files: str) -> None:
    """Add files, and wait at a point until standard input ends."""

    def wait() -> None:
        print("ready", flush=True)
        sys.stdin.read()

    before_each(*PAUSES[point], wait)
    act("add", Path(folder), files)


def watch(folder: str, removed: str, last: str, chunk_tokens: int) -> None:
    """Search until the paper `last` is found; `removed` is a file of ids that must not be."""
    settings = load_settings(chunk_tokens=chunk_tokens)
    with Library(folder, embedding=Words(), settings=settings) as library:
        sizes, seen, wrong = set(), set(), set()
        found(library)
        print("ready", flush=True)
        while last not in seen:
            start = time.perf_counter()
            gone = set(Path(removed).read_text().split())
            now = found(library)
            sizes.add(len(now))
            seen |= now
            wrong |= now & gone
            time.sleep(time.perf_counter() - start)  # leaves the processor to the writer
    print(json.dumps([sorted(sizes), sorted(seen), sorted(wrong)]), flush=True)


def attempt(folders: list[str], files: list[str]) -> None:
    """Add files to each of these libraries; prints an error's kind and message, if any."""
    for folder in folders:
        assert forked(lambda: act("add", Path(folder), files)) == 0  # noqa: B023


def look(folders: list[str], chunk_tokens: int) -> None:
    """Search each of these libraries twice; prints both errors' kinds and messages."""

    def search(folder: str) -> None:
        settings = load_settings(chunk_tokens=chunk_tokens)
        errors = []
        with Library(folder, embedding=Words(), settings=settings) as library:
            for _ in range(2):
                try:
                    found(library)
                except PaperqaError as error:
                    errors.append([type(error).__name__, str(error)])
        print(json.dumps(errors), flush=True)

    for folder in folders:
        if code := forked(lambda: search(folder)):  # noqa: B023
            print(json.dumps([["died", str(code)]]), flush=True)


def fill(disk: str, sizes: list[str], work: str, files: list[str]) -> None:
    """Add files to a library on a disk of each size; copies what is left to `work`/size.

    The last disk gets room then, and they are added again: copied to `work`/room.
    """
    mount, library = ["mount", "-t", "tmpfs", "tmpfs", disk, "-o"], f"{disk}/library"
    for size in sizes:
        subprocess.run([*mount, f"size={size}"], check=True)
        attempt([library], files)
        shutil.copytree(library, f"{work}/{size}")
        if size == sizes[-1]:
            subprocess.run([*mount, "remount,size=64m"], check=True)
            attempt([library], files)
            shutil.copytree(library, f"{work}/room")
        subprocess.run(["umount", disk], check=True)


if __name__ == "__main__":
    # What adding imports, once for all forks; none of it starts a thread.
    import chromadb.api.rust  # noqa: F401
    import llama_index.vector_stores.chroma  # noqa: F401

    count_tokens("")
    signal.alarm(120)  # no test waits longer for what hangs
    verbs = (kill_all, pause, watch, attempt, look, fill)
    {verb.__name__: verb for verb in verbs}[sys.argv[1]](*json.loads(sys.argv[2]))
