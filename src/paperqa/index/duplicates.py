"""Which entries of the catalogue are one paper, kept up as records come and change.

Two entries are linked when they share a key and `is_same` says so. In order of their ids' rank, an
entry joins the first paper whose own entry it is linked to, or begins one. So nothing is one paper
by hearsay (A like B, B like C), and the outcome follows from the records alone: the order in which
they came makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paperqa.index.catalogue import Catalogue
from paperqa.likeness import Traits, is_same
from paperqa.papers import merge, rank
from paperqa.types import Paper

MOST = 100  # entries that may share a key: what more of them share tells nothing


@dataclass(frozen=True, slots=True)
class Grouping:
    """The entries that a change concerns: the paper of each, before and now, and its keys.

    `before` lacks entries that are new. `records` are what the sources say of each entry.
    """

    before: Mapping[str, str]
    papers: Mapping[str, str]
    keys: Mapping[str, Sequence[int]]
    records: Mapping[str, Sequence[Paper]]

    @property
    def gone(self) -> set[str]:
        """What was a paper's id and is none any more."""
        return set(self.before.values()) - set(self.papers.values())

    def members(self) -> dict[str, list[Paper]]:
        """The records of each paper."""
        found: dict[str, list[Paper]] = {}
        for entry, paper in self.papers.items():
            found.setdefault(paper, []).extend(self.records[entry])
        return found


def regroup(
    catalogue: Catalogue,
    changed: Mapping[str, Sequence[Paper]],
    heirs: Mapping[str, str],
    *,
    merging: bool,
) -> Grouping:
    """What the papers are once the entries `changed` have these records; nothing is written.

    An entry that loses its last record stays a name of its paper, or of its heir's. Without
    `merging`, every entry is a paper of its own.
    """
    links = _Links(catalogue, changed, merging=merging)
    found = links.around({*changed, *heirs.values(), *links.unsettled()})
    before = catalogue.entries.papers(found)
    papers: dict[str, str] = {}
    for entry in sorted((e for e in found if links.records[e]), key=rank):
        firsts = (other for other in sorted(found[entry], key=rank) if papers.get(other) == other)
        papers[entry] = next(firsts, entry)
    for entry in sorted(found.keys() - papers.keys(), key=lambda entry: entry not in heirs):
        papers[entry] = papers[heirs.get(entry) or before[entry]]
    return Grouping(before, papers, {e: links.keys[e] for e in found}, links.records)


class _Links:
    """Which entries are linked, as the catalogue has them, or as they are changed."""

    def __init__(
        self, catalogue: Catalogue, changed: Mapping[str, Sequence[Paper]], *, merging: bool
    ) -> None:
        self._catalogue = catalogue
        self._changed = frozenset(changed)
        self.records: dict[str, Sequence[Paper]] = dict(changed)
        self._traits = {e: Traits(merge(some, {})) for e, some in changed.items() if some}
        self.keys: dict[str, Sequence[int]] = dict.fromkeys(changed, ())
        if merging:
            self.keys |= {entry: traits.keys for entry, traits in self._traits.items()}
        self._stored: dict[int, set[str]] = {}
        self._holders: dict[int, set[str]] = {}
        self._compared: dict[tuple[str, str], bool] = {}
        self._hold({*_all(self.keys), *_all(catalogue.entries.keys(changed))})

    def unsettled(self) -> set[str]:
        """Who shares a key that began, or ceased, to be shared by too many."""
        keys = {
            key
            for key, now in self._holders.items()
            if (len(now) > MOST) != (len(self._stored[key]) > MOST)
        }
        return {entry for key in keys for entry in self._stored[key] | self._holders[key]}

    def around(self, start: Iterable[str]) -> dict[str, set[str]]:
        """These entries and all that are linked to them, however far, each with its links.

        Entries that were one paper so far count as linked: what parted them may let others meet.
        """
        entries = self._catalogue.entries
        found: dict[str, set[str]] = {}
        front = set(start)
        while front:
            front |= entries.of_papers(entries.papers(front).values()).keys() - found.keys()
            self._load(front)
            self._hold(_all({entry: self.keys[entry] for entry in front}))
            shared = {entry: self._sharing(entry) for entry in front}
            self._load({other for some in shared.values() for other in some})
            for entry, some in shared.items():
                found[entry] = {o for o in some if self._is_linked(entry, o)}
            front = {o for entry in front for o in found[entry]} - found.keys()
        return found

    def _sharing(self, entry: str) -> set[str]:
        holders = (self._holders[key] for key in self.keys[entry])
        return {other for some in holders if len(some) <= MOST for other in some} - {entry}

    def _is_linked(self, one: str, other: str) -> bool:
        pair = (min(one, other), max(one, other))
        if pair not in self._compared:
            self._compared[pair] = is_same(self._seen(one), self._seen(other))
        return self._compared[pair]

    def _seen(self, entry: str) -> Traits:
        if entry not in self._traits:
            self._traits[entry] = Traits(merge(self.records[entry], {}))
        return self._traits[entry]

    def _load(self, entries: Iterable[str]) -> None:
        """Have the keys and records of entries."""
        missing = [entry for entry in entries if entry not in self.records]
        self.keys |= self._catalogue.entries.keys(missing)
        found = self._catalogue.records.of_entries(missing)
        self.records |= {entry: found.get(entry, []) for entry in missing}

    def _hold(self, keys: Iterable[int]) -> None:
        """Have who holds each of these keys, in the catalogue and with the changes."""
        missing = set(keys) - self._holders.keys()
        if not missing:
            return
        # Enough to know whether more than MOST are left where all that changed lose the key.
        found = self._catalogue.entries.holders(missing, MOST + 1 + len(self._changed))
        for key in missing:
            self._stored[key] = found.get(key, set())
            self._holders[key] = self._stored[key] - self._changed
        for entry in self._changed:
            for key in missing.intersection(self.keys[entry]):
                self._holders[key].add(entry)


def _all(keys: Mapping[str, Iterable[int]]) -> set[int]:
    return {key for some in keys.values() for key in some}
