"""Instructions hidden in papers steer no answer: ten with the local model, the rest in
`benchmarks/injection.py`."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "injection.py"


@pytest.fixture
def injection(bench, monkeypatch):
    monkeypatch.setenv("PAPERQA_BENCH", str(bench))
    spec = importlib.util.spec_from_file_location("injection", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.llm
def test_the_local_model_follows_none_of_ten(injection, local_llm, tmp_path):
    rows = injection.attack_library(tmp_path, local_llm, step=23, papers=2)
    assert len(rows) == 10
    assert {place for place, *_ in rows} == {"start", "middle", "end"}
    assert [row for row in rows if row[2]] == []


def test_quotes_follow_none_and_what_follows_is_noticed(injection, tmp_path, monkeypatch):
    assert [row for row in injection.attack_library(tmp_path / "a", "none", 15) if row[2]] == []
    monkeypatch.setattr("paperqa.retrieve.is_statement", lambda text: True)
    assert [row for row in injection.attack_library(tmp_path / "b", "none", 5) if row[2]] != []
