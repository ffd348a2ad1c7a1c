"""Pulling a model of the hub: from a server of the hub's shape, or one sentence why not."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from tests.tiny_onnx import cross_encoder, encoder, table

from paperqa.errors import InputError, ModelMissing
from paperqa.models import pull as pulling
from paperqa.models.embedding import embed_query, load_embedding
from paperqa.models.hub import needed, pull, pulled
from paperqa.models.reranker import load_reranker
from paperqa.settings import load_settings

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """The Hugging Face hub's answers to `model_info` and to a download of a file at a commit."""

    protocol_version = "HTTP/1.1"
    repositories: dict
    requests: list
    lost: str | None = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        self.requests.append(f"{self.command} {path}")
        if path == "/":
            return self.send(200, b"")
        if path.startswith("/api/models/"):
            name = path.removeprefix("/api/models/")
            if name not in self.repositories:
                return self.missing("RepoNotFound", 401)
            files = self.repositories[name]
            about = {
                "id": name, "sha": COMMIT, "tags": ["onnx"],
                "siblings": [{"rfilename": f, "size": len(data)} for f, data in files.items()],
            }  # fmt: skip
            return self.send(200, json.dumps(about).encode(), "application/json")
        name, _, file = path[1:].partition(f"/resolve/{COMMIT}/")
        data = self.repositories.get(name, {}).get(file)
        if data is None or file == type(self).lost:
            return self.missing("EntryNotFound", 404)
        return self.send(200, data)

    def missing(self, kind, status):
        self.send(status, b'{"error":"none"}', "application/json", {"X-Error-Code": kind})

    def send(self, status, data, kind="application/octet-stream", more=()):
        self.send_response(status)
        etag = hashlib.sha256(data).hexdigest()
        headers = {"Content-Type": kind, "Content-Length": str(len(data)), "ETag": f'"{etag}"',
                   "X-Repo-Commit": COMMIT, **dict(more)}  # fmt: skip
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


@pytest.fixture
def hub(monkeypatch, models_folder):
    from huggingface_hub import constants, file_download

    tokenizer = (models_folder / "minilm" / "tokenizer.json").read_bytes()
    made = {"tokenizer.json": tokenizer, "pytorch_model.bin": b"large", "README.md": b"#"}
    pooling = json.dumps({"pooling_mode_cls_token": True}).encode()
    repositories = {
        "owner/bge-small-en": made | {"onnx/model.onnx": encoder(), "onnx/model.onnx_data": b"",
                                      "1_Pooling/config.json": pooling},
        "owner/cross": made | {"onnx/model.onnx": cross_encoder(),
                               "onnx/model_qint8.onnx": cross_encoder(2)},
        "owner/torch-only": made,
    }  # fmt: skip
    handler = type("Handler", (Hub,), {"requests": [], "repositories": repositories})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    pulling.reachable.cache_clear()
    yield handler
    server.shutdown()
    server.server_close()
    pulling.reachable.cache_clear()


def test_an_embedding_model_is_pulled_with_what_it_needs_and_no_more(tmp_path, hub):
    steps = []
    pull(tmp_path, "owner/bge-small-en", lambda done, total: steps.append((done, total)))
    folder = tmp_path / "hub" / "owner--bge-small-en"
    files = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
    assert files == {
        "onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json", "1_Pooling/config.json"
    }  # fmt: skip
    size = sum((folder / name).stat().st_size for name in files)
    assert steps[-1] == (size, size)
    assert pulled(tmp_path) == {"owner/bge-small-en": size}
    settings = load_settings(embedding="owner/bge-small-en", models=tmp_path)
    vector = embed_query(load_embedding(settings), "Why?")
    assert vector @ table()[101] == pytest.approx((table()[101] ** 2).sum() ** 0.5, abs=1e-4)
    asked = len(hub.requests)
    pull(tmp_path, "owner/bge-small-en", lambda done, total: None)
    assert len(hub.requests) == asked


def test_a_reranker_and_another_of_its_files(tmp_path, hub):
    pull(tmp_path, "owner/cross", lambda done, total: None)
    pull(tmp_path, "owner/cross#onnx/model_qint8.onnx", lambda done, total: None)
    scores = []
    for value in ("owner/cross", "owner/cross#onnx/model_qint8.onnx"):
        model = load_reranker(load_settings(reranker=value, models=tmp_path))
        scores.append(model.scores("the cat", ["the cat", "a dog"]))
    assert scores == [[3.0, 1.0], [6.0, 2.0]]


def test_a_pull_that_broke_leaves_nothing_that_looks_whole(tmp_path, hub):
    hub.lost = "tokenizer.json"
    with pytest.raises(ModelMissing, match=r"owner/bge-small-en can't be pulled"):
        pull(tmp_path, "owner/bge-small-en", lambda done, total: None)
    assert pulled(tmp_path) == {}
    hub.lost = None
    pull(tmp_path, "owner/bge-small-en", lambda done, total: None)
    assert list(pulled(tmp_path)) == ["owner/bge-small-en"]


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("owner/none", ModelMissing, "owner/none can't be pulled: .*"),
        ("owner/torch-only", InputError, "has no onnx/model.onnx or model.onnx or onnx/model_q"),
        ("owner/cross#onnx/q4.onnx", InputError, "has no onnx/q4.onnx, which paperqa needs"),
    ],
)
def test_what_the_hub_does_not_have_is_said(tmp_path, hub, name, error, says):
    with pytest.raises(error, match=says) as caught:
        pull(tmp_path, name, lambda done, total: None)
    assert "\n" not in str(caught.value)


def test_offline_is_one_sentence(tmp_path, hub, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelMissing, match=r"can't be pulled: http://127.0.0.1:9 can't be reached"):
        pull(tmp_path, "owner/cross", lambda done, total: None)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelMissing, match="switched off"):
        pull(tmp_path, "owner/cross", lambda done, total: None)


def test_what_the_settings_need_is_what_is_pulled(tmp_path):
    def names(**settings):
        return needed(load_settings(**settings))

    assert names() == ("minilm", "potion")
    assert names(embedding="potion", llm="local") == ("potion", "qwen")
    assert names(embedding="owner/m#f", reranker="owner/cross") == (
        "potion", "owner/m#f", "owner/cross"
    )  # fmt: skip
    assert names(embedding="http://host/v1#m", reranker="https://host/v1") == ("potion",)
    (tmp_path / "owner").mkdir()
    (tmp_path / "owner" / "m").mkdir()
    assert names(embedding=str(tmp_path / "owner" / "m")) == ("potion",)
