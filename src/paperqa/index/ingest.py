"""Taking documents in: read, merge, cut, embed, save; what is unchanged costs a hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from paperqa.errors import InputError
from paperqa.index.catalogue import Source
from paperqa.index.rows import EmbeddedPassage
from paperqa.index.stores import Stores
from paperqa.models.embedding import embed_texts
from paperqa.papers import infer_saved_years, merge
from paperqa.passages import split
from paperqa.readers import Document, Unreadable, read
from paperqa.types import AddReport, Paper, Rejection

BATCH = 64  # papers a transaction

Progress = Callable[[int, int], None]
"""Called with (papers done, papers known so far)."""


@dataclass
class _Run:
    """What one `add` has seen so far."""

    seen: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    rejected: list[Rejection] = field(default_factory=list)

    def report(self, skipped: Sequence[Path]) -> AddReport:
        updated = self.updated - self.added
        return AddReport(
            added=len(self.added),
            updated=len(updated),
            unchanged=len(self.seen - self.added - updated),
            rejected=tuple(self.rejected),
            skipped=tuple(str(path) for path in skipped),
        )


class Ingest:
    """Adds documents to the stores of a library, in batches that each are all or nothing."""

    def __init__(self, stores: Stores, model: Callable[[], BaseEmbedding], max_tokens: int) -> None:
        self._stores = stores
        self._model = model
        self._max_tokens = max_tokens

    def add(
        self,
        documents: Sequence[Document],
        skipped: Sequence[Path],
        saved_on: Mapping[str, str],
        progress: Progress,
    ) -> AddReport:
        """Add documents; the caller holds `stores.writing()`."""
        run = _Run()
        batch: list[Paper] = []
        finished: list[Source] = []
        known = 0
        for document in documents:
            try:
                source, records = self._read(document, saved_on.get(document.name), run)
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
            finished.append(source)
        self._save(batch, finished, run)
        self._date(run)
        progress(len(run.seen), len(run.seen))
        return run.report(skipped)

    def _read(
        self, document: Document, saved_on: str | None, run: _Run
    ) -> tuple[Source, list[Paper]]:
        """The records of a document, none when nothing has changed since it was last added."""
        before = self._stores.catalogue.source(document.name)
        if saved_on is None and before is not None:
            saved_on = before.saved_on
        source = Source(document.name, document.sha256(), saved_on)
        if before is not None and before.sha256 == source.sha256:
            run.seen.update(self._stores.catalogue.papers_of_source(document.name))
            return source, []
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
        return source, [merge(same, {}) for same in records.values()]

    def _save(self, records: Sequence[Paper], finished: Sequence[Source], run: _Run) -> None:
        catalogue = self._stores.catalogue
        merged = self._merged(records)
        stored = catalogue.papers_by_id(merged)
        changed = [p for p in merged.values() if _content(p) != _content(stored.get(p.id))]
        embedded = self.embed(changed)
        new = frozenset(p.id for p in changed if p.id not in stored)
        with catalogue.transaction():
            for source in finished:
                catalogue.put_source(source)
            for record in records:
                catalogue.put_record(record)
            for paper in merged.values():
                if paper != stored.get(paper.id):
                    catalogue.put_paper(paper)
            for paper, passages in embedded:
                catalogue.put_passages(paper.id, passages)
        self._stores.sync([paper.id for paper in changed], new)
        run.seen.update(merged)
        run.added.update(new)
        run.updated.update(
            p.id for p in merged.values() if p.id in stored and _facts(p) != _facts(stored[p.id])
        )

    def _merged(self, records: Sequence[Paper]) -> dict[str, Paper]:
        """The papers that these records change, as all their sources together say."""
        catalogue = self._stores.catalogue
        every = catalogue.records(record.id for record in records)
        for record in records:
            others = [r for r in every.get(record.id, ()) if r.sources != record.sources]
            every[record.id] = [*others, record]
        sources = {r.sources[0] for same in every.values() for r in same}
        years = catalogue.saved_years(sources)
        return {id_: merge(same, years) for id_, same in every.items()}

    def embed(self, papers: Sequence[Paper]) -> list[tuple[Paper, list[EmbeddedPassage]]]:
        """Passages and sentences of all papers, embedded together: like lengths share a batch."""
        if not papers:
            return []
        passages = [(paper, split(paper, self._max_tokens)) for paper in papers]
        texts: list[str] = []
        for paper, some in passages:
            for passage in some:
                texts.append(f"{paper.title}. {passage.text}" if paper.title else passage.text)
                texts += [paper.text[start:end] for start, end in passage.sentences]
        vectors = iter(embed_texts(self._model(), texts))
        return [
            (
                paper,
                [EmbeddedPassage(p, next(vectors), _take(vectors, len(p.sentences))) for p in some],
            )
            for paper, some in passages
        ]

    def _date(self, run: _Run) -> None:
        """Fill in the years that pages leave out, as far as all pages together tell them."""
        catalogue = self._stores.catalogue
        with catalogue.transaction():
            years = infer_saved_years(catalogue.yearless(), catalogue.saved_on())
            affected = catalogue.put_saved_years(years)
            stored = catalogue.papers_by_id(affected)
            for id_, same in catalogue.records(affected).items():
                known = catalogue.saved_years(r.sources[0] for r in same)
                paper = merge(same, known)
                if paper != stored[id_]:
                    catalogue.put_paper(paper)
                    run.updated.add(id_)
                    run.seen.add(id_)


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
