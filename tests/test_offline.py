"""Once set up, everything works in a network namespace that holds nothing but loopback."""

import subprocess
import sys

import pytest

from tests.conftest import skip

SCRIPT = """
import fcntl, io, json, os, socket, struct, sys
from contextlib import redirect_stdout

from paperqa.cli import cli

loopback = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(loopback, 0x8914, struct.pack("16sh14s", b"lo", 0x41, b""))  # SIOCSIFFLAGS: up, running
try:
    socket.create_connection(("192.0.2.1", 80), 1)
    sys.exit("the network is reachable: this proves nothing")
except OSError:
    pass

def paperqa(*arguments):
    with redirect_stdout(io.StringIO()) as out:
        cli([*arguments, "--library", sys.argv[2]], standalone_mode=False)
    return out.getvalue()

assert "added 5" in paperqa("add", sys.argv[1])
found = json.loads(paperqa("search", "a kernel instead of softmax", "--json"))
assert found[0]["title"].startswith("LanternNet"), found
question = "What does LanternNet put in place of the softmax?"
os.environ["PAPERQA_LLM"] = sys.argv[3]
answer = json.loads(paperqa("ask", question, "--json"))
assert answer["citations"][0]["title"].startswith("LanternNet"), answer
print(answer["model"])
"""


@pytest.fixture
def answers(listing, tmp_path, monkeypatch):
    """Asks a model where there is no network, of papers that are added there; gives its name."""
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        skip("this system forbids network namespaces (unshare -rn)")
    monkeypatch.delenv("HF_HUB_OFFLINE")

    def run(llm):
        done = subprocess.run(
            ["unshare", "-rn", sys.executable, "-c", SCRIPT, listing, tmp_path / "library", llm],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_add_search_and_ask_need_no_network(answers):
    assert answers("none").startswith("extractive")


@pytest.mark.llm
def test_the_local_model_needs_no_network(answers, local_llm):
    assert answers(local_llm).startswith("qwen")
