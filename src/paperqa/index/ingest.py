"""Taking documents in: read, merge, cut, embed, save; what is unchanged costs a hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from paperqa.errors import InputError
from paperqa.index.duplicates import Grouping, regroup
from paperqa.index.late_interaction import encode
from paperqa.index.records import Source
from paperqa.index.rows import EmbeddedPassage
from paperqa.index.stores import Stores, batches
from paperqa.likeness import VERSION as LIKENESS
from paperqa.models.embedding import embed_passages, embed_texts
from paperqa.papers import heirs, infer_saved_years, merge
from paperqa.passages import split
from paperqa.readers import Document, Unreadable, read
from paperqa.types import AddReport, Paper, Rejection

BATCH = 128  # papers a transaction

Progress = Callable[[int, int], None]
"""Called with (papers done, papers known so far)."""


@dataclass(frozen=True, slots=True)
class _Finished:
    """A document that was read, and which new id follows each that it used before an edit."""

    source: Source
    heirs: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Run:
    """What one `add` has seen so far: entries, and by id the papers that it added or updated."""

    seen: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    n_merged: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def follow(self, grouping: Grouping, new: Iterable[str]) -> None:
        """Count `new` papers, unless they were there under another name, and what was merged."""
        self.added.update(new)
        for entry, before in grouping.before.items():
            if before in grouping.gone and before not in self.added:
                self.added.discard(grouping.papers[entry])
                self.updated.add(grouping.papers[entry])
        self.added -= grouping.gone
        self.updated -= grouping.gone
        self.n_merged += sum(
            paper != entry == grouping.before.get(entry, entry)
            for entry, paper in grouping.papers.items()
            if grouping.records[entry]
        )

    def report(self, skipped: Sequence[Path], papers: Mapping[str, str]) -> AddReport:
        updated = self.updated - self.added
        seen = {papers[entry] for entry in self.seen}
        return AddReport(
            added=len(self.added),
            updated=len(updated),
            unchanged=len(seen - self.added - updated),
            merged=self.n_merged,
            rejected=tuple(self.rejected),
            skipped=tuple(str(path) for path in skipped),
        )


class Ingest:
    """Adds documents to the stores of a library, in batches that each are all or nothing."""

    def __init__(
        self, stores: Stores, model: Callable[[], BaseEmbedding], max_tokens: int, *, merging: bool
    ) -> None:
        self._stores = stores
        self._model = model
        self._max_tokens = max_tokens
        self._merging = merging

    def add(
        self,
        documents: Sequence[Document],
        skipped: Sequence[Path],
        saved_on: Mapping[str, str],
        progress: Progress,
    ) -> AddReport:
        """Add documents; the caller holds `stores.writing()`."""
        run = _Run()
        self._regroup_all(run)
        batch: list[Paper] = []
        finished: list[_Finished] = []
        known = 0
        for document in documents:
            try:
                read_now, records = self._read(document, saved_on.get(document.name), run)
            except Unreadable as error:
                run.rejected.append(Rejection(document.name, error.reason, error.line))
                continue
            known += len(records)
            for record in records:
                batch.append(record)
                if len(batch) == BATCH:
                    self._save(batch, finished, run)
                    batch, finished = [], []
                    progress(len(run.seen), max(known, len(run.seen)))
            finished.append(read_now)
        self._save(batch, finished, run)
        self._date(run)
        progress(len(run.seen), len(run.seen))
        return run.report(skipped, self._stores.catalogue.entries.papers(run.seen))

    def _read(
        self, document: Document, saved_on: str | None, run: _Run
    ) -> tuple[_Finished, list[Paper]]:
        """The records of a document, none when nothing has changed since it was last added."""
        catalogue = self._stores.catalogue
        before = catalogue.records.source(document.name)
        if saved_on is None and before is not None:
            saved_on = before.saved_on
        source = Source(document.name, document.sha256(), saved_on)
        held = catalogue.records.entries_of(document.name)
        if before is not None and before.sha256 == source.sha256:
            run.seen.update(held)
            return _Finished(source), []
        records: dict[str, list[Paper]] = {}
        rejected = []
        for item in read(document):
            if isinstance(item, Rejection):
                rejected.append(item)
            else:
                records.setdefault(item.id, []).append(item)
        run.rejected += rejected
        if not records:
            raise Unreadable("no paper was found in it")
        return _Finished(source, heirs(held, list(records))), [
            merge(s, {}) for s in records.values()
        ]

    def _save(self, records: Sequence[Paper], finished: Sequence[_Finished], run: _Run) -> None:
        """Bring the library to what these records say, and those that it has."""
        catalogue = self._stores.catalogue
        left = [(old, done.source.path) for done in finished for old in done.heirs]
        ids = [*(record.id for record in records), *(old for old, _ in left)]
        changed = catalogue.records.of_entries(ids)
        for old, path in left:
            changed[old] = [r for r in changed.get(old, ()) if r.sources != (path,)]
        for record in records:
            others = [r for r in changed.get(record.id, ()) if r.sources != record.sources]
            changed[record.id] = [*others, record]
        followed = {old: new for done in finished for old, new in done.heirs.items()}
        grouping = regroup(catalogue, changed, followed, merging=self._merging)

        def note() -> None:
            for done in finished:
                catalogue.records.put_source(done.source)
            for old, path in left:
                catalogue.records.delete(old, path)
            for record in records:
                catalogue.records.put(record)

        self._apply(grouping, note, run)
        run.seen.update(record.id for record in records)

    def _apply(self, grouping: Grouping, note: Callable[[], None], run: _Run) -> None:
        """Save the papers of a grouping together with what `note` writes, all or nothing."""
        catalogue = self._stores.catalogue
        merged = self._merged(grouping.members())
        stored = catalogue.papers_by_id(merged)
        changed = [p for p in merged.values() if _content(p) != _content(stored.get(p.id))]
        embedded = self.embed(changed)
        new = frozenset(merged.keys() - stored.keys())
        with catalogue.transaction():
            for entry, paper_id in grouping.papers.items():
                catalogue.entries.put(entry, paper_id, grouping.keys[entry])
            note()
            for id_ in grouping.gone:
                catalogue.drop_paper(id_)
            facts = [paper for paper in merged.values() if paper != stored.get(paper.id)]
            for paper in facts:
                catalogue.put_paper(paper)
            for paper, passages in embedded:
                catalogue.put_passages(paper.id, passages)
            if facts and not changed and not grouping.gone:  # the indexes have nothing to follow
                catalogue.next_generation()
        self._stores.sync([*grouping.gone, *(paper.id for paper in changed)], new)
        run.follow(grouping, new)
        run.updated.update(
            p.id for p in merged.values() if p.id in stored and _facts(p) != _facts(stored[p.id])
        )

    def _merged(self, records: Mapping[str, Sequence[Paper]]) -> dict[str, Paper]:
        """The papers of these ids, as all their sources together say."""
        sources = {r.sources[0] for some in records.values() for r in some}
        years = self._stores.catalogue.pages.saved_years(sources)
        return {id_: merge(some, years) for id_, some in records.items()}

    def _regroup_all(self, run: _Run) -> None:
        """Go through the whole library where it was grouped by another rule than today's."""
        catalogue = self._stores.catalogue
        rule = LIKENESS if self._merging else "off"
        before = catalogue.meta("likeness") or "off"
        if rule != before:
            for batch in batches(catalogue.entries.all(), BATCH):
                records = catalogue.records.of_entries(batch)
                grouping = regroup(catalogue, records, {}, merging=self._merging)
                self._apply(grouping, lambda: None, run)
            with catalogue.transaction():
                catalogue.set_meta("likeness", rule)

    def embed(self, papers: Sequence[Paper]) -> list[tuple[Paper, list[EmbeddedPassage]]]:
        """Passages of all papers, embedded together, then all sentences: like lengths are quick."""
        cut = [(paper, split(paper, self._max_tokens)) for paper in papers]
        passages = [(paper, passage) for paper, some in cut for passage in some]
        if not passages:
            return [(paper, []) for paper in papers]
        whole, words = embed_passages(
            self._model(), [f"{o.title}. {p.text}" if o.title else p.text for o, p in passages]
        )
        parts = iter(
            embed_texts(
                self._model(),
                [paper.text[start:end] for paper, p in passages for start, end in p.sentences],
            )
        )
        embedded = (
            EmbeddedPassage(p, vector, _take(parts, len(p.sentences)), encode(some))
            for (_, p), vector, some in zip(passages, whole, words, strict=True)
        )
        return [(paper, list(islice(embedded, len(some)))) for paper, some in cut]

    def _date(self, run: _Run) -> None:
        """Fill in the years that pages leave out, as far as all pages together tell them."""
        catalogue = self._stores.catalogue
        with catalogue.transaction():
            years = infer_saved_years(catalogue.pages.yearless(), catalogue.pages.saved_on())
            affected = catalogue.pages.put_saved_years(years)
            stored = catalogue.papers_by_id(affected)
            names = catalogue.entries.of_papers(affected)
            records: dict[str, list[Paper]] = {}
            for entry, some in catalogue.records.of_entries(names).items():
                records.setdefault(names[entry], []).extend(some)
            dated = [p for p in self._merged(records).values() if p != stored[p.id]]
            for paper in dated:
                catalogue.put_paper(paper)
                run.updated.add(paper.id)
                run.seen.add(paper.id)
            if dated:
                catalogue.next_generation()


def parse_saved_on(
    given: Iterable[tuple[str, str]], documents: Sequence[Document]
) -> dict[str, str]:
    """`FILE=DATE` pairs by document name; raises `InputError`."""
    names = {document.name for document in documents}
    found = {}
    for file, day in given:
        name = Document.from_path(Path(file)).name
        if name not in names:
            raise InputError(f"--saved-on names {file}, which is not among the files to add")
        try:
            found[name] = date.fromisoformat(day).isoformat()
        except ValueError:
            raise InputError(f"--saved-on {file}={day}: the date must be YYYY-MM-DD") from None
    return found


def _content(paper: Paper | None) -> tuple[str, str] | None:
    """What passages and vectors are made from."""
    return (paper.title, paper.text) if paper else None


def _facts(paper: Paper) -> Paper:
    """A paper without where it came from: one more source is no update."""
    return replace(paper, sources=())


def _take(vectors: Iterator[np.ndarray], n: int) -> np.ndarray:
    return np.stack([next(vectors) for _ in range(n)])
