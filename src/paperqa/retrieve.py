"""From a question to evidence: dense and lexical candidates, three scores, one ranking.

Each candidate passage is scored by BM25, by the cosine of its vector, and by the cosine of its
best sentence; each score is standardised over the candidates and the three are added. On SciFact
and Cranfield this beats reciprocal rank fusion (docs/adr/0003-retrieval.md).
"""

from __future__ import annotations

from collections.abc import Callable

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
        passages = [(paper, item) for paper, item in rows.values()]
        sentences = [item.sentence_vectors @ vector for _, item in passages]
        cosines = np.array([item.vector @ vector for _, item in passages])
        best = np.array([scores.max() for scores in sentences])
        words = np.array([lexical.get(id_, 0.0) for id_ in rows])
        total = standardised(words) + standardised(cosines) + standardised(best)
        similarity = np.maximum(cosines, best)
        order = sorted(range(len(passages)), key=lambda i: (-total[i], passages[i][1].passage.id))
        focus = focus or question
        asked = Asked.read(focus, self._stores.lexical.rarity(question_terms(focus)))
        wanted = vector if focus == question else embed_query(self._model(), focus)
        found: dict[str, Evidence] = {}
        for i in order:
            paper, item = passages[i]
            if paper.id not in found:
                scores = (float(total[i]), float(similarity[i]))
                fits = item.sentence_vectors @ wanted
                found[paper.id] = _judged(asked, paper, item, scores, fits, rank=len(found) + 1)
            if len(found) == (k or self._k):
                break
        return tuple(found.values())

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


def _judged(
    asked: Asked,
    paper: Paper,
    item: EmbeddedPassage,
    scores: tuple[float, float],
    cosines: Floats,
    rank: int,
) -> Evidence:
    """A passage as evidence, its sentences best first; `scores` are total and similarity.

    Sentences that state nothing come last: they are no evidence (`statements.py`).
    """
    spans = item.passage.sentences
    texts = [paper.text[slice(*span)] for span in spans]
    fits = sentence_scores(asked, paper.title, texts, cosines.tolist())
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
        coverage=round(asked.coverage(f"{paper.title} {item.passage.text}"), 6),
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
