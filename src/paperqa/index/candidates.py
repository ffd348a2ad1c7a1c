"""Which passages are worth scoring: those nearest to a question, and those that share its words.

A filter that many papers pass is applied to what the indexes find, which are asked for so much the
more. What passes a narrow one is read once, kept, and compared with each question.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paperqa.index.stores import Stores
from paperqa.models.embedding import cosines
from paperqa.types import Where

# Shares of all papers: above, it is quicker to search first and to filter then
_BROAD = 0.1
_BROAD_BY_WORDS = 0.02


def candidate_ids(
    stores: Stores, question: str, vector: np.ndarray, n: int, where: Where
) -> list[str]:
    """About `n` passages by meaning and `n` by words, those by meaning first, some of them twice.

    `vector` is the question's, float32 (dimensions,). Fewer where fewer fit.
    """
    if not where:
        return stores.dense.search(vector, n) + _by_words(stores, question, n)
    share = stores.share(where)
    if not share:
        return []
    wanted = round(n / share)
    if share >= _BROAD:
        near, worded = stores.dense.search(vector, wanted), _by_words(stores, question, wanted)
        fits = set(stores.catalogue.fitting(near + worded, where))
        first = [[id_ for id_ in found if id_ in fits][:n] for found in (near, worded)]
        if len(first[0]) >= n / 2 and (len(first[1]) >= n / 2 or len(worded) < wanted):
            return first[0] + first[1]
    ids, vectors = stores.passages_where(where)
    order = np.argsort(-cosines(vectors, vector[None])[:, 0], kind="stable")[:n]
    near = [ids[i] for i in order]
    if share >= _BROAD_BY_WORDS:
        fits, found = set(ids), _by_words(stores, question, wanted)
        worded = [id_ for id_ in found if id_ in fits]
        if len(worded) >= n / 2 or len(found) < wanted:
            return near + worded[:n]
    return near + _by_words(stores, question, n, ids)


def _by_words(
    stores: Stores, question: str, n: int, within: Sequence[str] | None = None
) -> list[str]:
    return [id_ for id_, _ in stores.lexical.search(question, n, within)]
