"""From a question to evidence: dense and lexical candidates, three scores, one ranking.

Each candidate passage is scored by BM25, by the cosine of its vector, and by the cosine of its
best sentence; each score is standardised over the candidates and the three are added. On SciFact
and Cranfield this beats reciprocal rank fusion (docs/adr/0003-retrieval.md). The best are ordered
anew with the share of the question's words that they hold (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from numpy.typing import NDArray

from paperqa.index.lexical import question_terms
from paperqa.index.rows import EmbeddedPassage
from paperqa.index.stores import Stores
from paperqa.models.embedding import embed_query
from paperqa.relevance import Asked, sentence_scores
from paperqa.statements import is_statement
from paperqa.types import Evidence, Paper, Sentence, Where

CANDIDATES = 100  # from each index
RERANKED = 20
COVERAGE_WEIGHT = 0.6
Floats = NDArray[np.floating]


class HybridRetriever(BaseRetriever):
    """A LlamaIndex retriever over a library; `evidence` says more than LlamaIndex's nodes can."""

    def __init__(
        self,
        stores: Stores,
        model: Callable[[], BaseEmbedding],
        k: int = 6,
        where: Where = Where(),  # noqa: B008
    ) -> None:
        super().__init__()
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
        where = self._where if where is None else where
        self._stores.refresh()
        if not self._stores.catalogue.count("passages"):
            return ()
        vector = embed_query(self._model(), question)
        rows = self._candidates(question, vector, max(CANDIDATES, 2 * (k or self._k)), where)
        if not rows:
            return ()
        lexical = dict(self._stores.lexical.search(question, len(rows), list(rows)))
        passages = list(rows.values())
        cosines = np.array([item.vector @ vector for _, item in passages])
        best = np.array([(item.sentence_vectors @ vector).max() for _, item in passages])
        words = np.array([lexical.get(id_, 0.0) for id_ in rows])
        asked = self._read(question)
        fused = standardised(words) + standardised(cosines) + standardised(best)
        total = _with_coverage(asked, passages, fused)
        similarity = np.maximum(cosines, best)
        order = sorted(range(len(passages)), key=lambda i: (-total[i], passages[i][1].passage.id))
        focused = asked, vector
        if focus:
            focused = self._read(focus), embed_query(self._model(), focus)
        found: dict[str, Evidence] = {}
        for i in order:
            paper, item = passages[i]
            if paper.id not in found:
                scores = float(total[i]), float(similarity[i]), _coverage(asked, paper, item)
                found[paper.id] = _judged(*focused, paper, item, scores, rank=len(found) + 1)
            if len(found) == (k or self._k):
                break
        return tuple(found.values())

    def _read(self, question: str) -> Asked:
        return Asked.read(question, self._stores.lexical.rarity(question_terms(question)))

    def _candidates(
        self, question: str, vector: NDArray[np.float32], n: int, where: Where
    ) -> dict[str, tuple[Paper, EmbeddedPassage]]:
        near = self._stores.nearest(vector, n, where)
        within = self._stores.catalogue.passage_ids_where(where) if where else None
        shared = [id_ for id_, _ in self._stores.lexical.search(question, n, within)]
        # Only what the catalogue confirms: an index may be ahead or behind while another writes.
        return self._stores.catalogue.passages([*near, *shared])

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [to_node(evidence) for evidence in self.evidence(query_bundle.query_str)]


def standardised(scores: Floats) -> Floats:
    """Scores with mean 0 and standard deviation 1 (all 0 where they are equal)."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)


def _with_coverage(
    asked: Asked, passages: Sequence[tuple[Paper, EmbeddedPassage]], total: Floats
) -> Floats:
    """Scores with the share of the question's telling words added, for the best passages.

    BM25 lets one rare word outweigh three common ones; the share does not.
    """
    top = np.argsort(-total, kind="stable")[:RERANKED]
    shares = np.full(len(total), np.nan)
    shares[top] = standardised(np.array([_coverage(asked, *passages[i]) for i in top]))
    shares[np.isnan(shares)] = np.nanmin(shares)
    return np.asarray(total + COVERAGE_WEIGHT * shares)


def _coverage(asked: Asked, paper: Paper, item: EmbeddedPassage) -> float:
    return asked.coverage(f"{paper.title} {item.passage.text}")


def _judged(
    asked: Asked,
    vector: NDArray[np.float32],
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
    cosines = (item.sentence_vectors @ vector).tolist()
    fits = sentence_scores(asked, paper.title, texts, cosines)
    ranked = sorted(
        zip(spans, texts, fits, strict=True),
        key=lambda s: (not is_statement(s[1]), -s[2], s[0]),
    )
    return Evidence(
        paper=paper,
        passage=item.passage,
        score=round(scores[0], 6),
        rank=rank,
        similarity=round(scores[1], 6),
        coverage=round(scores[2], 6),
        sentences=tuple(Sentence(*span, text, round(fit, 6)) for span, text, fit in ranked),
        n_statements=sum(map(is_statement, texts)),
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
