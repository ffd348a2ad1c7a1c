"""Once set up, everything works in a network namespace that holds nothing but loopback."""

import subprocess
import sys

import pytest

from paperqa.models.artefacts import is_present, manifest
from paperqa.settings import load_settings
from tests.conftest import skip

SCRIPT = """
import fcntl, json, socket, struct, subprocess, sys

loopback = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(loopback, 0x8914, struct.pack("16sh14s", b"lo", 0x41, b""))  # SIOCSIFFLAGS: up, running
try:
    socket.create_connection(("192.0.2.1", 80), 1)
    sys.exit("the network is reachable: this proves nothing")
except OSError:
    pass

def paperqa(*arguments):
    command = [sys.executable, "-m", "paperqa.cli", *arguments, "--library", sys.argv[2]]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout

assert "added 5" in paperqa("add", sys.argv[1])
found = json.loads(paperqa("search", "a kernel instead of softmax", "--json"))
assert found[0]["title"].startswith("LanternNet"), found
question = "Which method replaces the softmax by a learned kernel?"
answer = json.loads(paperqa("ask", question, "--json"))
assert answer["citations"][0]["title"].startswith("LanternNet"), answer
print(answer["model"])
"""


@pytest.mark.parametrize("llm", ["none", "local"])
def test_add_search_and_ask_need_no_network(listing, tmp_path, monkeypatch, llm):
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        skip("this system forbids network namespaces (unshare -rn)")
    if llm == "local" and not is_present(load_settings().models, manifest()["qwen"]):
        skip("the local language model isn't pulled; run `paperqa models pull qwen` (1.1 GB)")
    monkeypatch.setenv("PAPERQA_LLM", llm)
    monkeypatch.delenv("HF_HUB_OFFLINE")
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-c", SCRIPT, listing, tmp_path / "library"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("extractive" if llm == "none" else "qwen")
