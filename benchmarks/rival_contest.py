"""What each contender of `rivals.py` goes through, alike, in a process of its own.

Only the standard library is imported: the environment of PaperQA2 has nothing else of ours.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DEPTH = 100  # of the rankings that are scored
K = 10  # results of a search that is timed
WARM = 32  # documents and questions that don't count

Document = Mapping[str, str]
"""`_id`, `title` and `text`, as BEIR has them."""


@dataclass(frozen=True, slots=True)
class Contender:
    """An empty index: what fills it, the ids that a search gives, and a question's vector."""

    index: Callable[[Sequence[Document]], object]
    search: Callable[[str, int], Sequence[str]]
    embed: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process took: seconds of all its threads, and bytes when it held most."""

    cpu: float = 0.0
    peak: int = 0


def compete(
    start: Callable[[Path], AbstractContextManager[Contender]],
    documents: Sequence[Document],
    queries: Mapping[str, str],
    beside: Callable[[], Usage] = Usage,
) -> dict[str, Any]:
    """Index, rank and search: rankings, and what each step took; JSON can hold it.

    A first, small index warms everything up. The rankings warm the searches up, which are timed
    one at a time. `beside` tells what another process takes that works for this one.
    """
    questions = list(queries.values())

    def timed(work: Callable[[], object]) -> dict[str, float]:
        cpu = usage().cpu + beside().cpu
        began = time.perf_counter()
        work()
        took = time.perf_counter() - began
        return {"seconds": took, "cpu": usage().cpu + beside().cpu - cpu}

    def each(work: Callable[[str], object]) -> dict[str, Any]:
        took: list[float] = []

        def run() -> None:
            for question in questions:
                began = time.perf_counter()
                work(question)
                took.append(time.perf_counter() - began)

        return {**timed(run), "each": took}

    with TemporaryDirectory() as place:
        with start(Path(place, "small")) as small:
            small.index(documents[:WARM])
            for question in questions[:WARM]:
                small.search(question, K)
        with start(Path(place, "whole")) as whole:
            indexing = timed(lambda: whole.index(documents))
            rankings = {id_: list(whole.search(text, DEPTH)) for id_, text in queries.items()}
            searching = each(lambda question: whole.search(question, K))
            embedding = each(whole.embed)
    return {
        "rankings": rankings,
        "indexing": indexing,
        "searching": searching,
        "embedding": embedding,
        "peak": usage().peak + beside().peak,
    }


def full_text(document: Document) -> str:
    """The title and the text."""
    return ". ".join(filter(None, (document["title"], document["text"])))


def usage() -> Usage:
    """What this process took so far."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux's ru_maxrss counts the parent's memory too
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return Usage(time.process_time(), int(fields["VmHWM"].split()[0]) * 1024)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def stay_on_this_machine() -> None:
    """Refuse this process, from now on, whatever leads to another machine; say what was tried."""

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            host = arguments[0]
        elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
            host = arguments[1][0]
        else:
            return
        if host and not _is_local(host):
            print(f"refused: {event} {host}", file=sys.stderr)
            raise ConnectionRefusedError(f"{host} is another machine")

    sys.addaudithook(refuse)


def _is_local(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
