"""A model that reads a question and a paper together, and says how well each sentence answers.

A cross-encoder (Nogueira & Cho 2019, arXiv:1901.04085) over question, title and sentences, with a
score for each sentence: MiniLM, trained further on questions of our own about arXiv abstracts
(training/README.md). It is part of the package but for the vectors of word pieces, which are as in
the embedding model's file and are read there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paperqa.models.onnx import session

MAX_TOKENS, MAX_QUESTION, MAX_TITLE = 384, 64, 48  # as it was trained
_START, _END = 101, 102  # [CLS] and [SEP]
_PIECES, _AT, _SCALE, _ZERO = (30522, 384), 288_599, 0.008230588398873806, 128  # of MiniLM's file
Floats = NDArray[np.floating]
Integers = NDArray[np.int64]


class Reader:
    """`minilm` and `tokenizer` are the embedding model's files, as the manifest names them."""

    def __init__(self, minilm: Path, tokenizer: Path, threads: int) -> None:
        self._session = session(Path(__file__).with_suffix(".onnx"), threads)
        self._pieces = np.memmap(minilm, np.uint8, "r", _AT, _PIECES)
        self._pairs = Pairs(tokenizer)

    def scores(self, question: str, papers: Sequence[tuple[str, Sequence[str]]]) -> list[Floats]:
        """How well each sentence of each paper, given by its title and sentences, answers.

        Natural logarithms: of two sentences, of one paper or of two, the one with one point more
        is e times as likely to be the one that answers. Sentences beyond `MAX_TOKENS` get the
        least score of their paper.
        """
        found = []
        for title, sentences in papers:
            read = self._read(self._pairs.of(question, title, sentences))
            unread = len(sentences) - len(read)
            found.append(np.r_[read, np.full(unread, read.min(initial=0.0))])
        return found

    def _read(self, pair: Pair) -> Floats:
        ids, types, mask, parts = arrays(
            [pair]
        )  # one by one: 8-bit scales go by all that is read at once
        words = (self._pieces[ids].astype(np.float32) - _ZERO) * np.float32(_SCALE)
        feed = {"words": words, "types": types, "mask": mask, "parts": parts}
        ((scores,),) = self._session.run(None, feed)
        return np.asarray(scores, np.float64)


@cache
def load_reader(minilm: Path, tokenizer: Path, threads: int) -> Reader:
    """One for all libraries of a process."""
    return Reader(minilm, tokenizer, threads)


@dataclass(frozen=True, slots=True)
class Pair:
    """`[CLS] question [SEP] title [SEP] sentences [SEP]`, and where each part is.

    `spans` are the question's and those of the sentences that there was room for.
    """

    ids: list[int]
    spans: list[tuple[int, int]]

    @property
    def n_sentences(self) -> int:
        """How many sentences there was room for."""
        return len(self.spans) - 1


class Pairs:
    """Cuts questions and papers into the model's word pieces."""

    def __init__(self, tokenizer: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def of(self, question: str, title: str, sentences: Sequence[str]) -> Pair:
        """A question with a paper."""
        texts = [question, title, *sentences]
        asked, named, *said = (
            one.ids for one in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        )
        ids = [_START, *asked[:MAX_QUESTION], _END]
        spans = [(1, len(ids) - 1)]
        ids += [*named[:MAX_TITLE], _END]
        for sentence in said:
            room = MAX_TOKENS - 1 - len(ids)
            if room <= 0:
                break
            kept = sentence[:room]
            spans.append((len(ids), len(ids) + len(kept)))
            ids += kept
        return Pair([*ids, _END], spans)


def arrays(pairs: Sequence[Pair]) -> tuple[Integers, Integers, Integers, NDArray[np.float32]]:
    """What the model is fed: ids, types and mask (pairs, tokens), parts (pairs, parts, tokens).

    A part's row takes the mean of its tokens: the question's first, then each sentence's.
    """
    shape = len(pairs), max(len(pair.ids) for pair in pairs)
    ids, types, mask = (np.zeros(shape, np.int64) for _ in range(3))
    parts = np.zeros((shape[0], max(len(p.spans) for p in pairs), shape[1]), np.float32)
    for n, pair in enumerate(pairs):
        length = len(pair.ids)
        ids[n, :length], mask[n, :length] = pair.ids, 1
        types[n, pair.spans[0][1] + 1 : length] = 1
        for part, (start, end) in enumerate(pair.spans):
            parts[n, part, start:end] = 1 / max(1, end - start)
    return ids, types, mask, parts
