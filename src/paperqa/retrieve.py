"""From a question to evidence: dense and lexical candidates, three scores, one ranking.

Each candidate passage is scored by BM25, by the cosine of its vector, and by the cosine of its
best sentence; each score is standardised over the candidates and the three are added. On SciFact
and Cranfield this beats reciprocal rank fusion (docs/adr/0003-retrieval.md). A little of what the
nearest passages score is added (docs/adr/0013-ranking.md), and the share of the question's words
that the best hold (docs/adr/0007, 0013). These are ordered anew by late interaction
(docs/adr/0015), where papers are to be answered from by a model that reads them (docs/adr/0016),
and by a reranker where the user has named one (docs/adr/0010).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from numpy.typing import NDArray

from paperqa.index.candidates import candidate_ids
from paperqa.index.late_interaction import shares
from paperqa.index.lexical import question_terms
from paperqa.index.rows import EmbeddedPassage, PassageVectors
from paperqa.index.stores import Stores
from paperqa.models.embedding import cosines, embed_question
from paperqa.models.onnx import Words
from paperqa.models.reader import Reader
from paperqa.models.words import WordVectors
from paperqa.reading import READ, read_again
from paperqa.relevance import Asked, sentence_scores, standardised
from paperqa.statements import is_statement
from paperqa.types import Evidence, Paper, Sentence, Where

CANDIDATES = 100  # from each index
RERANKED = 20
REREAD = 30  # papers that a reranker reads
COVERAGE_WEIGHT = 0.6  # in scores, and in their order too where there is no late interaction
BESIDE_LATE, LATE_WEIGHT = 0.3, 1.0  # the same share's and late interaction's in the order
NEIGHBOURS, NEIGHBOURS_WEIGHT = 3, 0.2
Floats = NDArray[np.floating]
Candidate = tuple[Paper, EmbeddedPassage]


@dataclass(frozen=True, slots=True, eq=False)
class _Query:
    """A question, its vector, float32 (dimensions,), and its words where the model gives them."""

    text: str
    vector: Floats
    words: Words | None
    asked: Asked


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Of each candidate its score and its greatest cosine; the places in order, best first.

    The first places are taken by late interaction too, which isn't in the scores: what lists keep
    and what is refused goes by these. `passages` are those that were read for it.
    """

    totals: Floats
    order: NDArray[np.intp]
    similarities: Floats
    passages: dict[str, Candidate]


class HybridRetriever(BaseRetriever):
    """A LlamaIndex retriever over a library; `evidence` says more than LlamaIndex's nodes can."""

    def __init__(
        self,
        stores: Stores,
        model: Callable[[], BaseEmbedding],
        k: int = 6,
        where: Where = Where(),  # noqa: B008
        reranker: BaseNodePostprocessor | None = None,
        words: WordVectors | None = None,
        reader: Reader | None = None,
    ) -> None:
        super().__init__()
        self._reader = reader
        self._word_vectors = words
        self._reranker = reranker
        self._stores = stores
        self._model = model
        self._k = k
        self._where = where

    def evidence(
        self,
        question: str,
        k: int | None = None,
        where: Where | None = None,
        focus: str | None = None,
    ) -> tuple[Evidence, ...]:
        """The best passage of each of the `k` best papers, best first.

        `focus` is what sentences are ranked by, where the question carries a subject that leads
        to its paper but not within it.
        """
        where, k = self._where if where is None else where, k or self._k
        self._stores.refresh()
        if self._stores.catalogue.is_empty("passages"):
            return ()
        query = focused = self._read(question)
        if focus:
            focused = self._read(focus)
        ids = candidate_ids(self._stores, question, query.vector, max(CANDIDATES, 2 * k), where)
        with self._stores.catalogue.snapshot():
            # Only what the catalogue confirms: an index may be ahead or behind while another writes
            known = self._stores.catalogue.passage_vectors(ids)
            if known is None:
                return ()
            scored = self._scored(query, known)
            places: dict[str, int] = {}  # of the best passage of each paper, best first
            for i in scored.order:
                places.setdefault(known.paper_ids[i], int(i))
            n = max(k, REREAD if self._reranker else 0, READ if self._reader else 0)
            chosen = list(places.values())[:n]
            passages = scored.passages
            unread = {known.ids[i] for i in chosen} - passages.keys()
            passages |= self._stores.catalogue.passages(unread)
        totals = sorted((float(scored.totals[i]) for i in places.values()), reverse=True)
        found = []
        for rank, i in enumerate(chosen, 1):
            paper, item = passages[known.ids[i]]
            coverage = query.asked.coverage(_words(paper, item))
            scores = totals[rank - 1], float(scored.similarities[i]), coverage
            fits = cosines(item.sentence_vectors, focused.vector[None])[:, 0]
            fits = self._stores.scale.read(fits)
            found.append(_judged(focused.asked, fits, paper, item, scores, rank))
        read = read_again(self._reader, question, found) if self._reader else found
        return self._reordered(question, read)[:k]

    def _scored(self, query: _Query, known: PassageVectors) -> _Scored:
        held = dict(self._stores.lexical.search(query.text, len(known.ids), known.ids))
        lexical = np.array([held.get(id_, 0.0) for id_ in known.ids])
        whole = cosines(known.vectors, query.vector[None])[:, 0]
        sentences = cosines(known.sentence_vectors, query.vector[None])[:, 0]
        best = np.maximum.reduceat(sentences, known.starts)
        total: Floats = standardised(lexical) + standardised(whole) + standardised(best)
        total = with_neighbours(total, known.vectors)
        top = np.argsort(-total, kind="stable")[:RERANKED]
        passages = self._stores.catalogue.passages(known.ids[i] for i in top)
        read = [passages[known.ids[i]] for i in top]
        coverage = self._shares(query.asked, [_words(*one) for one in read])
        added = np.full(len(total), coverage.min())
        added[top] = coverage
        similarities = self._stores.scale.read(np.maximum(whole, best))
        totals = total + COVERAGE_WEIGHT * added
        order = np.argsort(-totals, kind="stable")
        late = shares(query.words, query.asked.rarity, [item.codes for _, item in read])
        if late is not None:  # `top` are the first of `order` too: no other has a greater share
            fits = total[top] + BESIDE_LATE * coverage + LATE_WEIGHT * standardised(late)
            order = np.array([*top[np.argsort(-fits, kind="stable")], *order[len(top) :]])
        return _Scored(totals, order, similarities, passages)

    def _shares(self, asked: Asked, texts: Sequence[str]) -> Floats:
        """How much of the question's telling words each text holds, standardised.

        BM25 lets one rare word outweigh three common ones; the share does not. Where there are
        vectors of words, a word that is missing counts by the closest that is there.
        """
        if self._word_vectors is not None:
            return standardised(asked.closeness(texts, self._word_vectors))
        return standardised(np.array([asked.coverage(text) for text in texts]))

    def _reordered(self, question: str, found: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The best papers in the reranker's order.

        The scores stay where they are, and papers change places: what lists keep and what is
        refused goes by scores that other models' numbers would put out of tune.
        """
        best = found[:REREAD]
        if self._reranker is None or len(best) < 2:
            return tuple(found)
        nodes = self._reranker.postprocess_nodes([to_node(e) for e in best], query_str=question)
        places = {node.node.node_id: place for place, node in enumerate(nodes)}
        order = sorted(best, key=lambda e: places.get(e.passage.id, len(best)))
        moved = [replace(e, rank=b.rank, score=b.score) for e, b in zip(order, best, strict=True)]
        return (*moved, *found[REREAD:])

    def _read(self, question: str) -> _Query:
        vector, words = embed_question(self._model(), question)
        rarity = self._stores.lexical.rarity(question_terms(question))
        return _Query(question, vector, words, Asked.read(question, rarity))

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [to_node(evidence) for evidence in self.evidence(query_bundle.query_str)]


def with_neighbours(scores: Floats, vectors: Floats) -> Floats:
    """Scores with a fifth of what the three nearest passages score on average added.

    What answers a question lies close together: a passage among bad ones is likely bad.
    Source: Diaz 2005, Regularizing ad hoc retrieval scores.
    """
    if len(scores) <= NEIGHBOURS:
        return scores
    nearness = cosines(vectors, vectors)
    np.fill_diagonal(nearness, -np.inf)
    nearest = np.argpartition(-nearness, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return np.asarray(scores + NEIGHBOURS_WEIGHT * scores[nearest].mean(axis=1))


def _words(paper: Paper, item: EmbeddedPassage) -> str:
    return f"{paper.title} {item.passage.text}"


def _judged(
    asked: Asked,
    nearness: Floats,
    paper: Paper,
    item: EmbeddedPassage,
    scores: tuple[float, float, float],
    rank: int,
) -> Evidence:
    """A passage as evidence, its sentences best first; scores: total, similarity, coverage.

    Sentences that state nothing come last: they are no evidence (`statements.py`).
    """
    spans = item.passage.sentences
    texts = [paper.text[slice(*span)] for span in spans]
    fits = sentence_scores(asked, paper.title, texts, nearness.tolist())
    states = [is_statement(text) for text in texts]
    ranked = sorted(range(len(spans)), key=lambda i: (not states[i], -fits[i], spans[i]))
    return Evidence(
        paper=paper,
        passage=item.passage,
        score=round(scores[0], 6),
        rank=rank,
        similarity=round(scores[1], 6),
        coverage=round(scores[2], 6),
        sentences=tuple(Sentence(*spans[i], texts[i], round(fits[i], 6)) for i in ranked),
        n_statements=sum(states),
    )


def to_node(evidence: Evidence) -> NodeWithScore:
    """Evidence as LlamaIndex knows it: a text node with the paper's facts as metadata."""
    paper, passage = evidence.paper, evidence.passage
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata={
            "title": paper.title,
            "paper_id": paper.id,
            "published": paper.published or "",
            "quote": evidence.best.text,
        },
        excluded_embed_metadata_keys=["paper_id", "published", "quote"],
        excluded_llm_metadata_keys=["paper_id", "quote"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=paper.id)},
    )
    return NodeWithScore(node=node, score=evidence.score)
