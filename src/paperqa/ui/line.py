"""A line in which everyone knows how many are before them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress


class Line:
    """First come, first served; as many at once as `at_once` says at the time."""

    def __init__(self, at_once: Callable[[], int]) -> None:
        self._at_once = at_once
        self._places: list[Place] = []

    def join(self) -> Place:
        """Stand in line, behind all who are there."""
        return Place(self._places, self._at_once)


class Place:
    """A place in a line, until one leaves it; leaving twice is leaving."""

    def __init__(self, line: list[Place], at_once: Callable[[], int]) -> None:
        self._line, self._at_once = line, at_once
        line.append(self)

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def n_before(self) -> int:
        """How many must leave before one's turn."""
        return max(0, self._line.index(self) + 1 - self._at_once())

    def leave(self) -> None:
        """Let those behind move up."""
        with suppress(ValueError):
            self._line.remove(self)
