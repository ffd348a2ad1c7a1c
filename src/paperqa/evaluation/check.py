"""Whether a question set keeps its promises, held against the papers themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from paperqa.evaluation.dataset import Sample
from paperqa.evaluation.matching import holds, plain


def problems(samples: Sequence[Sample], texts: Mapping[str, str]) -> list[str]:
    """What is wrong with a set, a line each; `texts` gives each paper's text by its title.

    Ids are unique; gold titles exist; every group of key strings is in its papers' titles or
    texts and in the reference; no key string stands in its own question (comparisons aside); a
    paper's single-paper questions are all in one split.
    """
    known = {plain(title): f"{title} {text}" for title, text in texts.items()}
    found = [f"{id_}: this id is there {n} times" for id_, n in _repeated(samples)]
    for sample in samples:
        missing = [title for title in sample.titles if plain(title) not in known]
        found += [f"{sample.id}: no paper is called {title!r}" for title in missing]
        found += [f"{sample.id}: {problem}" for problem in _of_kind(sample)]
        if not missing:
            text = " ".join(known[plain(title)] for title in sample.titles)
            found += [f"{sample.id}: {problem}" for problem in _of_keys(sample, text)]
    return found + _across_splits(samples)


def _repeated(samples: Sequence[Sample]) -> list[tuple[str, int]]:
    return [(i, n) for i, n in Counter(sample.id for sample in samples).items() if n > 1]


def _of_kind(sample: Sample) -> list[str]:
    wrong = []
    if sample.kind == "unanswerable" and sample.reason is None:
        wrong.append("an unanswerable question needs its reason")
    if sample.kind == "followup" and not sample.history:
        wrong.append("a follow-up needs its history")
    if sample.kind in ("list", "compare") and len(sample.titles) < 2:
        wrong.append(f"a {sample.kind} needs two titles at least")
    if sample.kind != "unanswerable" and not (sample.titles or sample.keys):
        wrong.append("nothing says what a right answer is: no titles, no keys")
    if not sample.reference:
        wrong.append("no reference answer")
    return wrong


def _of_keys(sample: Sample, text: str) -> list[str]:
    wrong = []
    for group in sample.keys:
        if sample.kind != "compare":
            wrong += [f"{key!r} stands in the question" for key in group
                      if holds(sample.question, key)]  # fmt: skip
        if sample.titles and sample.kind != "metadata" and not any(holds(text, k) for k in group):
            wrong.append(f"none of {list(group)} is in the paper")
        if sample.kind != "unanswerable" and not any(holds(sample.reference, k) for k in group):
            wrong.append(f"none of {list(group)} is in the reference answer")
    return wrong


def _across_splits(samples: Sequence[Sample]) -> list[str]:
    splits: dict[str, set[str]] = {}
    for sample in samples:
        if len(sample.titles) == 1:
            splits.setdefault(sample.titles[0], set()).add(sample.split)
    return [
        f"{title!r}: its questions are in both splits"
        for title, where in splits.items()
        if len(where) > 1
    ]
