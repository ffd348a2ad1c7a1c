"""A line in which everyone knows how many are before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Line:
    """First come, first served; as many at once as `at_once` says at the time."""

    def __init__(self, at_once: Callable[[], int]) -> None:
        self._at_once = at_once
        self._tickets: list[object] = []

    @contextmanager
    def joined(self) -> Iterator[Callable[[], int]]:
        """Stand in line; gives a function that tells how many must leave before one's turn."""
        ticket = object()
        self._tickets.append(ticket)
        try:
            yield lambda: max(0, self._tickets.index(ticket) + 1 - self._at_once())
        finally:
            self._tickets.remove(ticket)
