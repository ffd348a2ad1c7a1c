"""How well paperqa ranks, on any test collection in the form of BEIR (Thakur et al. 2021).

`corpus.jsonl` has `_id`, `title` and `text` a line, `queries.jsonl` `_id` and `text`; both may be
gzipped. `qrels.tsv` (or `qrels/test.tsv`) has a header, then query id, document id and relevance,
separated by tabs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import AP, RR, R, nDCG
from platformdirs import user_cache_path

from paperqa.errors import InputError
from paperqa.evaluation.statistics import Estimate, estimate
from paperqa.index.schema import VERSION as CATALOGUE_VERSION
from paperqa.library import Library
from paperqa.passages import VERSION as PASSAGES_VERSION
from paperqa.readers import Document, Unreadable
from paperqa.settings import Settings
from paperqa.types import Rejection

MEASURES = (nDCG @ 10, R @ 10, R @ 100, RR @ 10, AP)
_DEPTH = 100  # of each ranking: AP counts what stands lower as not found


@dataclass(frozen=True, slots=True)
class RetrievalRun:
    """What a run found: by measure its mean over the queries, and a row a query.

    A row holds `query_id`, `ranking` (the ids of the first ten) and each measure's value.
    """

    n_documents: int
    n_queries: int
    estimates: Mapping[str, Estimate]
    per_query: tuple[Mapping[str, Any], ...]

    def write(self, file: Path) -> None:
        """Write the rows as JSON lines."""
        rows = (json.dumps(row, ensure_ascii=False) + "\n" for row in self.per_query)
        file.write_text("".join(rows), encoding="utf-8")


def evaluate_retrieval(
    folder: Path,
    settings: Settings,
    *,
    limit: int | None = None,
    read: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> RetrievalRun:
    """Rank the corpus for the first `limit` queries that have judgements, with `Library.search`.

    `read` has the best papers read again with the query.

    Every document is a paper of its own, even where two are alike. One with neither title nor text
    can't be found, and counts as missed where it is relevant. The index is kept in the user's cache
    and taken again while corpus, embedding and chunk size are the same. `progress` counts documents
    while they are indexed, then queries. Raises `InputError`, `LibraryError` or `ModelError`.
    """
    qrels = _qrels(folder)
    queries = {row["_id"]: row["text"] for row in _documents(find_jsonl(folder, "queries"))}
    if unknown := next((query for query in qrels if query not in queries), None):
        raise InputError(f"{folder}: query {unknown!r} has judgements, but is not in the queries")
    corpus = find_jsonl(folder, "corpus")
    documents = {row["_id"]: row for row in _documents(corpus)}
    asked = list(qrels)[:limit]
    rankings = {}
    cache = _cache(corpus, settings)
    apart = settings.model_copy(update={"merge_duplicates": False})
    with Library(cache / "library", settings=apart) as library:
        copy = _copy(documents.values(), cache / "papers.jsonl")
        if rejected := library.add(copy, progress=progress).rejected:
            raise InputError(f"{corpus} can't be indexed: {rejected[0]}")
        for n, query in enumerate(asked):
            progress(n, len(asked))
            found = library.search(queries[query], _DEPTH, read=read)
            rankings[query] = [_document_id(evidence.paper.id) for evidence in found]
    progress(len(asked), len(asked))
    rows = score_rankings({query: qrels[query] for query in asked}, rankings)
    estimates = {str(m): estimate([row[str(m)] for row in rows]) for m in MEASURES}
    return RetrievalRun(len(documents), len(asked), estimates, rows)


def score_rankings(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], ...]:
    """Each judged query with its ranking, best first, and the value of each measure.

    The values are those of trec_eval; nDCG has linear gains (Järvelin and Kekäläinen 2002).
    """
    run = {q: {id_: float(-n) for n, id_ in enumerate(ids)} for q, ids in rankings.items()}
    rows: dict[str, dict[str, Any]] = {
        q: {"query_id": q, "ranking": list(rankings[q][:10])} | {str(m): 0.0 for m in MEASURES}
        for q in qrels
    }
    for value in ir_measures.iter_calc(MEASURES, qrels, run):
        rows[value.query_id][str(value.measure)] = float(value.value)
    return tuple(rows.values())


def read_rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file and line, JSON object) for each line of a `.jsonl` or `.jsonl.gz`; `InputError`."""
    for where, line in _lines(file):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where}: not valid JSON ({error})") from None
        if not isinstance(row, dict):
            raise InputError(f"{where}: not a JSON object")
        yield where, row


def find_jsonl(folder: Path, name: str) -> Path:
    """`name.jsonl` or `name.jsonl.gz` in a folder; raises `InputError`."""
    for file in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"):
        if file.is_file():
            return file
    raise InputError(f"{folder} has no {name}.jsonl, nor {name}.jsonl.gz; name a BEIR folder")


def _copy(documents: Iterable[dict[str, str]], file: Path) -> Path:
    """The documents without other fields: a DOI or a URL in them would merge papers."""
    if not file.exists():
        part = file.with_suffix(".part")
        with part.open("w", encoding="utf-8") as stream:
            for row in documents:
                if text := row["text"].strip() or row["title"].strip():
                    stream.write(json.dumps(row | {"text": text}) + "\n")
        part.replace(file)
    return file


def _document_id(paper_id: str) -> str:
    # The reader makes `id:` and the file's own id, then eight digits of a hash (`papers.paper_id`).
    return paper_id.removeprefix("id:")[: -len("-01234567")]


def _cache(corpus: Path, settings: Settings) -> Path:
    place, stat = corpus.resolve(), corpus.stat()
    made_from = (
        place.as_posix(), stat.st_size, stat.st_mtime_ns,
        settings.embedding, settings.chunk_tokens, PASSAGES_VERSION, CATALOGUE_VERSION,
    )  # fmt: skip
    key = sha256(repr(made_from).encode()).hexdigest()[:12]
    return user_cache_path("paperqa") / "retrieval" / f"{place.parent.name}-{key}"


def _documents(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a corpus or of queries, each with `_id`, `title` and `text`."""
    seen = set()
    for where, row in read_rows(file):
        document = {name: row.get(name, "") for name in ("_id", "title", "text")}
        if "text" not in row or not all(isinstance(value, str) for value in document.values()):
            raise InputError(f"{where}: `_id`, `text` and perhaps `title` are expected, as strings")
        if not document["_id"].strip() or document["_id"] in seen:
            raise InputError(f"{where}: the id {document['_id']!r} is empty or was there before")
        seen.add(document["_id"])
        yield document


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    """The relevance of documents, by query in order of appearance."""
    file = folder / "qrels.tsv"
    file = file if file.is_file() else folder / "qrels" / "test.tsv"
    if not file.is_file():
        raise InputError(f"{folder} has neither qrels.tsv nor qrels/test.tsv; name a BEIR folder")
    found: dict[str, dict[str, int]] = {}
    for n, (where, line) in enumerate(_lines(file)):
        if n == 0:
            if line.rpartition("\t")[2].isdigit():
                raise InputError(f"{where}: a header line is expected before the judgements")
            continue
        try:
            query, document, relevance = line.split("\t")
            found.setdefault(query, {})[document] = int(relevance)
        except ValueError:
            raise InputError(
                f"{where}: query id, document id and a whole number are expected, with tabs between"
            ) from None
    if not found:
        raise InputError(f"{file} holds no judgement")
    return found


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """(file and line, text) for each line that isn't blank."""
    try:
        for number, line in Document.from_path(file).lines():
            if line.strip():
                yield f"{file}, line {number}", line
    except Unreadable as error:
        raise InputError(str(Rejection(str(file), error.reason, error.line))) from None
