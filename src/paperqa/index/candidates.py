"""Which passages are worth scoring: those nearest to a question, and those that share its words.

A filter that many papers pass is applied to what the indexes find, which are asked for so much the
more. What passes a narrow one is read once, kept, and compared with each question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from paperqa.index.stores import Stores
from paperqa.models.embedding import cosines
from paperqa.types import Where

# Shares of all papers: above, it is quicker to search first and to filter then
_BROAD = 0.1
_BROAD_BY_WORDS = 0.02
_SPARE = 1.5  # papers that fit needn't be as frequent near the question as elsewhere


def candidate_ids(
    stores: Stores, question: str, vector: np.ndarray, n: int, where: Where
) -> list[str]:
    """About `n` passages by meaning and `n` by words, those by meaning first, some of them twice.

    `vector` is the question's, float32 (dimensions,). Fewer where fewer fit.
    """

    def by_meaning(k: int) -> list[str]:
        return stores.dense.search(vector, k)

    def by_words(k: int, within: Sequence[str] | None = None) -> list[str]:
        return [id_ for id_, _ in stores.lexical.search(question, k, within)]

    if not where:
        return by_meaning(n) + by_words(n)
    share = stores.share(where)
    if share >= _BROAD:

        def fitting(found: list[str]) -> list[str]:
            return stores.catalogue.fitting(found, where)

        near = _searched_then_filtered(by_meaning, fitting, n, share)
        worded = _searched_then_filtered(by_words, fitting, n, share)
        if near is not None and worded is not None:
            return near + worded
    if not share:
        return []
    ids, vectors = stores.passages_where(where)
    order = np.argsort(-cosines(vectors, vector[None])[:, 0], kind="stable")[:n]
    worded = None
    if share >= _BROAD_BY_WORDS:
        known = set(ids)
        worded = _searched_then_filtered(
            by_words, lambda found: [id_ for id_ in found if id_ in known], n, share
        )
    return [ids[i] for i in order] + (by_words(n, ids) if worded is None else worded)


def _searched_then_filtered(
    search: Callable[[int], list[str]],
    fitting: Callable[[list[str]], list[str]],
    n: int,
    share: float,
) -> list[str] | None:
    """The first `n` that a search finds and that fit; None where these may be too few."""
    wanted = round(_SPARE * n / share)
    found = search(wanted)
    fit = fitting(found)
    return fit[:n] if len(fit) >= n / 2 or len(found) < wanted else None
