"""Encoders exported to ONNX, with their tokenizers, run by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


class Encoder:
    """A model and its tokenizer; raises `ModelCorrupt` or `ModelError` where they can't be used."""

    def __init__(self, model: Path, tokenizer: Path, threads: int, max_tokens: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads that wait busily gain nothing here, and take the processor from what comes next
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
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
        tokens = [one.ids for one in encoded]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        rows: list[Any] = [None] * len(tokens)
        for i in range(0, len(order), BATCH):
            batch = order[i : i + BATCH]
            types = [encoded[n].type_ids for n in batch] if isinstance(texts[0], tuple) else None
            done = self._run([tokens[n] for n in batch], types, read)
            for n, row in zip(batch, done, strict=True):
                rows[n] = row
        return np.array(rows, np.float32)

    def _run(
        self, tokens: Sequence[list[int]], types: Sequence[list[int]] | None, read: Read
    ) -> NDArray[Any]:
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
