"""Settings come from the environment and `.env`; what can't be used is said clearly."""

from pathlib import Path

import pytest

from paperqa.errors import SettingsError
from paperqa.settings import Settings, load_settings, unknown_variables

ROOT = Path(__file__).parents[1]


def test_environment_wins_over_dotenv_and_arguments_over_both(monkeypatch):
    Path(".env").write_text("PAPERQA_SOURCES=3\nPAPERQA_CHUNK_TOKENS=100\n")
    monkeypatch.setenv("PAPERQA_SOURCES", "4")
    settings = load_settings(threads=1)
    assert (settings.sources, settings.chunk_tokens, settings.threads) == (4, 100, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PAPERQA_SOURCES", "many"), ("PAPERQA_SOURCES", "0"), ("PAPERQA_TIMEOUT", "-1")],
)
def test_a_bad_value_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}='{value}'"):
        load_settings()


def test_the_key_is_never_shown(monkeypatch):
    monkeypatch.setenv("PAPERQA_API_KEY", "sk-secret")
    settings = load_settings()
    assert "sk-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.api_key.get_secret_value() == "sk-secret"


def test_misspelt_variables_are_noticed(monkeypatch):
    monkeypatch.setenv("PAPERQA_LMM", "none")
    assert unknown_variables() == ["PAPERQA_LMM"]


@pytest.mark.parametrize("file", [".env.example", "README.md"])
def test_every_setting_is_documented(file):
    text = (ROOT / file).read_text()
    assert [n for n in Settings.model_fields if f"PAPERQA_{n.upper()}" not in text] == []
