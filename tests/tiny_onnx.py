"""Models in folders laid out like snapshots of the hub: real ONNX files, small enough to read.

The files are written field by field (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

import json
import shutil

import numpy as np

FLOAT, INT64, FLOAT16 = 1, 7, 10
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def field(number, value):
    """One field of a protocol buffer: a number or a text, message or raw bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value):
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    return bytes([*data, value])


def node(operation, inputs, output, **attributes):
    fields = [field(1, name) for name in inputs] + [field(2, output), field(4, operation)]
    for name, value in attributes.items():
        fields.append(field(5, field(1, name) + field(3, value) + field(20, 2)))
    return field(1, b"".join(fields))


def constant(name, value):
    kind = INT64 if value.dtype == np.int64 else FLOAT
    dims = b"".join(field(1, n) for n in value.shape)
    return field(5, dims + field(2, kind) + field(8, name) + field(9, value.tobytes()))


def port(number, name, kind, rank):
    shape = field(2, b"".join(field(1, field(2, f"{name}{n}")) for n in range(rank)))
    return field(number, field(1, name) + field(2, field(1, field(1, kind) + shape)))


def model(nodes, constants, output, inputs=_INPUTS):
    """A model file; `output` is (name, kind, rank)."""
    ports = [port(11, name, INT64, 2) for name in inputs] + [port(12, *output)]
    graph = b"".join([*nodes, field(2, "g"), *constants, *ports])
    return field(1, 8) + field(8, field(2, 13)) + field(7, graph)


def table(tokens=30522, dimensions=8):
    """A vector a token."""
    return np.random.default_rng(1).normal(size=(tokens, dimensions)).astype(np.float32)


def encoder(name="last_hidden_state", half=False, inputs=_INPUTS):
    """An embedding model without context: each token's state is its row of `table()`."""
    nodes = [node("Gather", ("table", "input_ids"), "states" if half else name)]
    if half:
        nodes.append(node("Cast", ("states",), name, to=FLOAT16))
    kind = FLOAT16 if half else FLOAT
    return model(nodes, [constant("table", table())], (name, kind, 3), inputs)


def pooled_encoder():
    """As `encoder`, exported together with its pooling: the last token's state."""
    nodes = [
        node("Gather", ("table", "input_ids"), "states"),
        node("Gather", ("states", "last"), "sentence_embedding", axis=1),
    ]
    constants = [constant("table", table()), constant("last", np.array(-1, np.int64))]
    return model(nodes, constants, ("sentence_embedding", FLOAT, 2))


def cross_encoder(columns=1):
    """A cross-encoder: how often a token of the question stands in the passage.

    With two columns, the first is its negative, as a classifier with two classes has it.
    """
    weights = np.array([[-1.0, 1.0] if columns == 2 else [1.0] * columns], np.float32)
    nodes = [
        node("Unsqueeze", ("input_ids", "two"), "down"),
        node("Unsqueeze", ("input_ids", "one"), "across"),
        node("Equal", ("down", "across"), "same"),
        node("Cast", ("same",), "equal", to=FLOAT),
        node("Cast", ("token_type_ids",), "passage", to=FLOAT),
        node("Cast", ("attention_mask",), "there", to=FLOAT),
        node("Sub", ("there", "passage"), "question"),
        node("Unsqueeze", ("question", "one"), "row"),
        node("Unsqueeze", ("passage", "two"), "column"),
        node("MatMul", ("row", "equal"), "found"),
        node("MatMul", ("found", "column"), "count"),
        node("Squeeze", ("count", "two"), "score"),
        node("MatMul", ("score", "weights"), "logits"),
    ]
    constants = [
        constant("one", np.array([1], np.int64)),
        constant("two", np.array([2], np.int64)),
        constant("weights", weights),
    ]
    return model(nodes, constants, ("logits", FLOAT, 2))


def snapshot(folder, tokenizer, content, file="onnx/model.onnx", **configs):
    """A model's folder; `configs` are JSON files, `1_Pooling/config` being `pooling`."""
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(content)
    shutil.copy(tokenizer, folder / "tokenizer.json")
    for name, value in configs.items():
        path = folder / ("1_Pooling/config.json" if name == "pooling" else f"{name}.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value))
    return folder


def static(folder, tokenizer, vectors):
    """A model2vec folder."""
    header = {"embeddings": {
        "dtype": "F16" if vectors.dtype == np.float16 else "F32",
        "shape": vectors.shape, "data_offsets": [0, vectors.nbytes],
    }}  # fmt: skip
    about = json.dumps(header).encode()
    content = len(about).to_bytes(8, "little") + about + vectors.tobytes()
    return snapshot(folder, tokenizer, content, "model.safetensors")
