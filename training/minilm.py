"""The embedding model's file as a PyTorch module, its 8-bit weights as floating point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

LAYERS, WIDTH, HEADS, INNER, LONGEST = 6, 384, 12, 1536, 512
# As the file names them, and as the modules here do
_EMBEDDINGS = {
    "word_embeddings": "pieces",
    "token_type_embeddings": "types",
    "position_embeddings": "places",
    "LayerNorm": "norm",
}
_PARTS = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attended",
    "attention.output.LayerNorm": "norm_attended",
    "intermediate.dense": "inner",
    "output.dense": "outer",
    "output.LayerNorm": "norm",
}


class Layer(nn.Module):
    """A layer of BERT (Devlin et al. 2019); plain operations, which onnxruntime quantises."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.attended = (
            nn.Linear(WIDTH, WIDTH) for _ in range(4)
        )
        self.norm_attended = nn.LayerNorm(WIDTH, 1e-12)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, 1e-12)

    def forward(self, states: Tensor, hidden: Tensor) -> Tensor:
        """`hidden` is added to what attention makes of each token: much below 0 for none."""
        query, key, value = (
            part(states).unflatten(2, (HEADS, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        if torch.onnx.is_in_onnx_export():
            near = query @ key.transpose(2, 3) * (WIDTH / HEADS) ** -0.5 + hidden
            seen = torch.softmax(near, -1) @ value
        else:
            seen = F.scaled_dot_product_attention(
                query, key, value, attn_mask=hidden.to(query.dtype)
            )
        states = self.norm_attended(states + self.attended(seen.transpose(1, 2).flatten(2)))
        return self.norm(states + self.outer(F.gelu(self.inner(states))))


class MiniLM(nn.Module):
    """From the vectors of word pieces to their states in context."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.types, self.places = nn.Embedding(2, WIDTH), nn.Embedding(LONGEST, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        weights = _weights(file)
        self.pieces = weights.pop("pieces.weight")
        self.load_state_dict(weights)

    def forward(self, words: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """words (texts, tokens, WIDTH), types and mask (texts, tokens) to states, as words."""
        places = self.places.weight[: words.shape[1]][None]
        states = self.norm(words + self.types(types) + places)
        hidden = ((1 - mask) * -1e4)[:, None, None].to(states.dtype)
        for layer in self.layers:
            states = layer(states, hidden)
        return states


def _weights(file: Path) -> dict[str, Tensor]:
    graph = onnx.load(file).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}

    def read(name: str) -> np.ndarray:
        values = stored[f"{name}_quantized"].astype(np.float32)
        return (values - stored[f"{name}_zero_point"]) * stored[f"{name}_scale"]

    found = {}
    for name in ("word_embeddings", "token_type_embeddings", "position_embeddings"):
        found[_ours(f"embeddings.{name}.weight")] = read(f"embeddings.{name}.weight")
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            name = node.name.strip("/").replace("/", ".").partition(".MatMul")[0]
            found[_ours(f"{name}.weight")] = read(node.input[1].removesuffix("_quantized")).T
    for name, values in stored.items():
        if name.startswith(("embeddings.LayerNorm", "encoder.")) and values.dtype == np.float32:
            found.setdefault(_ours(name), values)
    return {name: torch.tensor(values, dtype=torch.float32) for name, values in found.items()}


def _ours(name: str) -> str:
    where, _, kind = name.rpartition(".")
    if where.startswith("embeddings."):
        return f"{_EMBEDDINGS[where.removeprefix('embeddings.')]}.{kind}"
    _, _, layer, part = where.split(".", 3)
    return f"layers.{layer}.{_PARTS[part]}.{kind}"
