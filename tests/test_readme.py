"""The README's commands and snippets run as written, on a page of made-up papers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paperqa.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"<!-- run -->\n```(\w+)\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def folder(tmp_path, listing):
    """What the README's reader has at hand."""
    shutil.copy(listing, tmp_path / "listing.txt")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "one.md").write_text("# On kelp\n\nKelp grows half a metre a day.")
    (tmp_path / "questions.jsonl").write_text('{"id": "1", "question": "How fast does kelp grow?"}')
    return tmp_path


def run(language, code, folder):
    command = [sys.executable, "-c", code] if language == "python" else ["sh", "-ec", code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )


def test_every_marked_block_is_found():
    assert [language for language, _ in BLOCKS] == ["sh", "sh", "sh", "python"]


def test_commands_and_snippets_run(folder):
    outputs = []
    for language, code in BLOCKS:
        done = run(language, code, folder)
        assert done.returncode == 0, f"{code}\n{done.stderr}"
        outputs.append(done.stdout)
    shell, batch, evaluation, python = outputs
    assert "added 6, updated 0, unchanged 0" in shell
    assert "TideFormer" in shell
    assert "all indexes agree" in shell
    assert "answered 1" in batch
    assert "6 questions in both runs" in evaluation
    assert "added 5, updated 0, unchanged 0" in python
    assert "81.4" in python


def test_make_targets_of_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^make (\w+)", README, re.MULTILINE))
    assert targets == {"chat", "ask", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_file_tree_is_true():
    tree = README[README.index("src/paperqa/\n") :].split("```")[0]
    names = re.findall(r"^  ((?:[\w.]+/?\s)+) ", tree, re.MULTILINE)
    listed = {name for group in names for name in group.split()}
    there = {p.name + ("/" if p.is_dir() else "") for p in (ROOT / "src/paperqa").iterdir()}
    assert listed <= there
    unlisted = "__init__.py __pycache__/ prompts.py terminal.py conversation.py"
    unlisted += " cli_models.py cli_eval.py cli_serve.py"
    assert there - listed <= set(unlisted.split())


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", README)
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_commands_that_are_shown_exist():
    shown = set(re.findall(r"^paperqa (\w+)", README, re.MULTILINE))
    assert shown
    assert shown <= cli.commands.keys()
