"""Passage words in tantivy: BM25 over title and text, English stems, no stop words."""

from __future__ import annotations

import math
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import tantivy

from paperqa.index.dense import damage_reported

VERSION = 1  # raise it when the schema or the analyser changes
_HEAP = 64 * 2**20
_FIELDS = ("title", "text")
# What a question says without asking for it; tantivy's English stop words leave these in.
_QUESTION_WORDS = frozenset(
    "about any can could did do does doing given has have how its many much name paper papers say "
    "says should show shows tell than them there these they this those was were what when where "
    "which who whom whose why will would you your".split()
)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("paper_id", tokenizer_name="raw", index_option="basic")
    for field in _FIELDS:
        builder.add_text_field(field, tokenizer_name="english", index_option="freq")
    return builder.build()


@cache
def _analyser() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


class LexicalIndex:
    """Passages that share words with a question. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._index: tantivy.Index | None = None
        self._writer: tantivy.IndexWriter | None = None

    def search(
        self, question: str, k: int, within: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, BM25) of the `k` best, best first; only among `within` where given."""
        words = set(question_terms(question))
        with self._guard() as index:
            searcher = index.searcher()
            terms = [
                (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, field, word))
                for field in _FIELDS
                for word in sorted(words)
            ]
            if not terms or k < 1 or (within is not None and not within):
                return []
            query = tantivy.Query.boolean_query(terms)
            if within is not None:
                ids = tantivy.Query.term_set_query(index.schema, "id", list(within))
                query = tantivy.Query.boolean_query(
                    [
                        (tantivy.Occur.Must, query),
                        (tantivy.Occur.Must, tantivy.Query.const_score_query(ids, 0.0)),
                    ]
                )
            hits = searcher.search(query, k).hits
            return [(searcher.doc(address)["id"][0], float(score)) for score, address in hits]

    def rarity(self, words: Sequence[str]) -> dict[str, float]:
        """How telling each stem is: the inverse document frequency of BM25, over the texts."""
        with self._guard() as index:
            searcher = index.searcher()
            total = searcher.num_docs
            counts = {word: searcher.doc_freq("text", word) for word in words}
            return {word: math.log(1 + (total - n + 0.5) / (n + 0.5)) for word, n in counts.items()}

    def put(self, paper_id: str, title: str, passages: Sequence[tuple[str, str]]) -> None:
        """Replace the passages of a paper, as (id, text); `commit` makes it last."""
        with self._guard() as index:
            if self._writer is None:
                self._writer = index.writer(_HEAP, 1)
                # What a killed commit left behind has names that the next one would use.
                self._writer.garbage_collect_files()
            self._writer.delete_documents("paper_id", paper_id)
            for id_, text in passages:
                self._writer.add_document(
                    tantivy.Document(id=id_, paper_id=paper_id, title=title, text=text)
                )

    def commit(self) -> None:
        """Make what was put last, and visible."""
        with self._guard() as index:
            if self._writer is not None:
                self._writer.commit()
                index.reload()

    def release(self) -> None:
        """Let another process write."""
        with self._guard():
            if self._writer is not None:
                self._writer.wait_merging_threads()
                self._writer = None

    def ids(self) -> list[str]:
        """The ids of all passages."""
        with self._guard() as index:
            searcher = index.searcher()
            hits = searcher.search(tantivy.Query.all_query(), max(searcher.num_docs, 1)).hits
            return [searcher.doc(address)["id"][0] for _, address in hits]

    def count(self) -> int:
        """How many passages there are."""
        with self._guard() as index:
            return int(index.searcher().num_docs)

    def reopen(self) -> None:
        """See what another process wrote."""
        with self._lock:
            self._index = None

    def clear(self) -> None:
        """Delete everything, readable or not."""
        with self._lock:
            self._writer = None
            self.reopen()
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _guard(self) -> Iterator[tantivy.Index]:
        with self._lock, damage_reported(self.folder, "word"):
            if self._index is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(_schema(), path=str(self.folder))
                self._index.register_tokenizer("english", _analyser())
                self._index.reload()
            yield self._index


def terms(text: str) -> list[str]:
    """The stems of a text, in order, without stop words."""
    return _analyser().analyze(text)


def question_terms(question: str) -> list[str]:
    """The stems that a search for `question` looks for."""
    return terms(" ".join(_asked(question)))


def question_words(question: str) -> dict[str, str]:
    """Those stems, in the order of the question, each with a word that it stands for."""
    return {stem: word for word in _asked(question) for stem in terms(word)}


def _asked(question: str) -> list[str]:
    words = re.findall(r"\w+", question.lower())
    return [word for word in words if word not in _QUESTION_WORDS]
