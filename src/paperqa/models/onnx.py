"""Encoders exported to ONNX, with their tokenizers, run by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paperqa.errors import ModelCorrupt, ModelError
from paperqa.models.pull import first_line

BATCH = 16
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}

Read = Callable[[Mapping[str, NDArray[Any]], NDArray[np.int64]], NDArray[Any]]
"""From a batch's outputs by name and its mask (texts, tokens) to one row a text."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a text and their vectors in its context: float32, (words, dimensions)."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]


def session(model: Path, threads: int) -> Any:
    """An onnxruntime session for a model's file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that wait busily gain nothing here, and take the processor from what comes next
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


class Encoder:
    """A model and its tokenizer; raises `ModelCorrupt` or `ModelError` where they can't be used."""

    def __init__(self, model: Path, tokenizer: Path, threads: int, max_tokens: int) -> None:
        from tokenizers import Tokenizer

        try:
            self._session = session(model, threads)
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # both have errors of their own, and no common base
            raise ModelCorrupt(
                f"the model in {tokenizer.parent} can't be loaded: {first_line(error)}"
            ) from None
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._outputs = [one.name for one in self._session.get_outputs()]
        if strange := sorted(self._inputs - _INPUTS):
            raise ModelError(f"{model} asks for {strange[0]}, which encoders of text do not")

    def rows(self, texts: Sequence[str] | Sequence[tuple[str, str]], read: Read) -> NDArray[Any]:
        """What `read` makes of the outputs, one row a text or pair, float32.

        Texts of like length share a batch, so that little is padding.
        """
        encoded = self._tokenizer.encode_batch_fast(list(texts))
        pairs = bool(texts) and isinstance(texts[0], tuple)
        return np.array(self._in_batches(encoded, read, pairs=pairs), np.float32)

    def rows_and_words(
        self, texts: Sequence[str], read: Read
    ) -> tuple[NDArray[Any], tuple[Words, ...]]:
        """As `rows`, and the words of each text, none where the model gives no states of tokens."""
        encoded = self._tokenizer.encode_batch(list(texts))  # the fast way leaves out the offsets

        def read_both(outputs: Mapping[str, NDArray[Any]], mask: NDArray[np.int64]) -> list[Any]:
            states = next(
                (one for one in outputs.values() if one.ndim == 3), np.empty((len(mask), 0))
            )
            return list(zip(read(outputs, mask), states, strict=True))

        done = self._in_batches(encoded, read_both)
        words = (_words(*given) for given in zip(texts, encoded, [d[1] for d in done], strict=True))
        return np.array([row for row, _ in done], np.float32), tuple(words)

    def _in_batches(
        self, encoded: Sequence[Any], read: Callable[..., Any], *, pairs: bool = False
    ) -> list[Any]:
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        rows: list[Any] = [None] * len(encoded)
        for i in range(0, len(order), BATCH):
            batch = order[i : i + BATCH]
            types = [encoded[n].type_ids for n in batch] if pairs else None
            done = self._run([encoded[n].ids for n in batch], types, read)
            for n, row in zip(batch, done, strict=True):
                rows[n] = row
        return rows

    def _run(
        self,
        tokens: Sequence[list[int]],
        types: Sequence[list[int]] | None,
        read: Callable[..., Any],
    ) -> Any:
        lengths = np.array([len(row) for row in tokens])
        mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)
        ids = np.zeros_like(mask)  # what the mask hides may be any token
        ids[mask == 1] = np.concatenate([np.asarray(row, np.int64) for row in tokens])
        kinds = np.zeros_like(mask)
        if types is not None:
            kinds[mask == 1] = np.concatenate([np.asarray(row, np.int64) for row in types])
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        outputs = self._session.run(
            None, {name: value for name, value in feed.items() if name in self._inputs}
        )
        return read(dict(zip(self._outputs, outputs, strict=True)), mask)


def _words(text: str, encoded: Any, states: NDArray[Any]) -> Words:
    """The mean of the states of each word's pieces; punctuation is no word."""
    word_ids, offsets = encoded.word_ids, encoded.offsets  # made anew whenever they are looked at
    pieces = [n for n, word in enumerate(word_ids[: len(states)]) if word is not None]
    if not pieces:
        return Words((), np.empty((0, 0), np.float32))
    numbers = [word_ids[n] for n in pieces]
    _, firsts, counts = np.unique(numbers, return_index=True, return_counts=True)
    words = [
        text[offsets[pieces[first]][0] : offsets[pieces[first + count - 1]][1]]
        for first, count in zip(firsts, counts, strict=True)
    ]
    kept = [n for n, word in enumerate(words) if any(char.isalnum() for char in word)]
    means = np.add.reduceat(states[pieces], firsts) / counts[:, None]
    return Words(tuple(words[n] for n in kept), means[kept].astype(np.float32))
