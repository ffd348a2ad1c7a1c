"""Chat models over HTTP: a real llama.cpp server, and a vendor's errors from a faithful fake."""

import pytest
from tests.fake_vendor import serving

from paperqa import Library
from paperqa.errors import EndpointError, ModelMissing, SettingsError
from paperqa.models import chat
from paperqa.settings import load_settings

QUESTION = "How much does word error rate rise when attention heads are removed?"


@pytest.fixture
def ask(filled, embedding):
    def run(llm, question=QUESTION, **settings):
        with Library(
            filled.folder, settings=load_settings(llm=llm, **settings), embedding=embedding
        ) as library:
            return library.ask(question)

    return run


@pytest.fixture
def stop(filled, embedding):
    """Asks, and hangs up as soon as anything is heard."""

    def run(llm, question):
        settings = load_settings(llm=llm, cache=False)
        with Library(filled.folder, settings=settings, embedding=embedding) as library:
            stream = library.stream(question)
            next(iter(stream))
            stream.close()

    return run


def assert_worded(answer):
    assert not answer.refused
    assert answer.model != "extractive"
    assert "5.3" in answer.text
    assert answer.citations[0].title.startswith("Pruning Heads")
    assert answer.usage["completion_tokens"] > 0
    assert answer.timings["first_token"] <= answer.timings["first_claim"]


@pytest.mark.llm
def test_the_local_model_words_a_cited_answer_by_its_name_and_by_its_path(
    ask, stop, local_llm, models_folder
):
    """The same one, to the digit, after another that was stopped: a prompt's start is read once."""
    (path,) = (models_folder / "qwen").glob("*.gguf")
    first = ask(local_llm, cache=False)
    stop(local_llm, "What does TideFormer embed as a token?")
    again = ask(str(path), cache=False)
    assert_worded(first)
    assert_worded(again)
    assert list((models_folder / "qwen" / "read").glob("*.bin"))
    assert (again.text, again.confidence) == (first.text, first.confidence)


@pytest.mark.llm
def test_a_url_reaches_a_real_llama_cpp_server(ask, local_llm):
    endpoint = chat._local("local", load_settings(llm=local_llm))
    assert_worded(ask(endpoint.url, api_key=endpoint.key, sources=1))


@pytest.mark.llm
def test_a_real_server_refuses_a_wrong_key(ask, local_llm):
    endpoint = chat._local("local", load_settings(llm=local_llm))
    with pytest.raises(EndpointError, match="key was refused") as caught:
        ask(f"{endpoint.url}#m", api_key="sk-wrong-secret")
    assert "sk-wrong-secret" not in str(caught.value)


@pytest.fixture
def vendor(monkeypatch):
    with serving() as (url, seen):
        monkeypatch.setattr(chat, "OPENAI_URL", url)
        monkeypatch.setattr(chat, "_RETRIES", 0)
        yield seen


def test_openai_is_sent_the_key_the_model_and_a_fixed_seed(vendor, ask, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    answer = ask("openai:gpt-x")
    (request,) = vendor
    assert request["authorization"] == "Bearer sk-mine"
    assert (request["model"], request["temperature"], request["stream"]) == ("gpt-x", 0.0, True)
    assert "seed" in request
    assert answer.usage == {"prompt_tokens": 7, "completion_tokens": 9}
    assert_worded(answer)


def test_what_the_quote_does_not_say_is_dropped_and_told(vendor, ask):
    answer = ask("openai:gpt-x", api_key="k")
    assert "99" not in answer.text
    (dropped,) = [claim for claim in answer.claims if not claim.supported]
    assert dropped.text == "It costs 99 dollars."
    assert dropped.reason


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("no-such-model", "check the model's name"),
        ("no-quota", "too many requests"),
        ("bad-key", "key was refused"),
        ("broken", "the server failed"),
        ("dies", "broke off"),
        ("short", "lower PAPERQA_SOURCES"),
    ],
)
def test_a_failing_server_is_a_clear_error(vendor, ask, model, says):
    with pytest.raises(EndpointError, match=says):
        ask(f"openai:{model}", api_key="k")


def test_a_busy_server_is_asked_again(vendor, ask, monkeypatch):
    monkeypatch.setattr(chat, "_RETRIES", 2)
    assert_worded(ask("openai:busy-once", api_key="k"))
    assert len(vendor) == 2


def test_the_evidence_is_there_though_the_model_fails(vendor, filled, embedding):
    settings = load_settings(llm="openai:broken", api_key="k")
    with Library(filled.folder, settings=settings, embedding=embedding) as library:
        stream = library.stream(QUESTION)
        with pytest.raises(EndpointError):
            list(stream)
        assert stream.evidence[0].paper.title.startswith("Pruning Heads")


@pytest.mark.parametrize(("model", "dollars"), [("gpt-4o-mini", 0.00000645), ("gpt-x", None)])
def test_the_cost_is_told_where_the_price_is_known(vendor, ask, model, dollars):
    assert ask(f"openai:{model}", api_key="k").cost == pytest.approx(dollars)


def test_the_openai_key_goes_to_openai_only(vendor, ask, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    ask(f"{chat.OPENAI_URL}#gpt-x")
    assert "sk-mine" not in vendor[0]["authorization"]


def test_without_a_key_openai_is_not_asked(vendor, ask):
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        ask("openai:gpt-x")
    assert vendor == []


def test_nothing_listening_is_a_clear_error(ask):
    with pytest.raises(EndpointError, match="can't be reached"):
        ask("http://127.0.0.1:9/v1")


def test_a_missing_gguf_falls_back_to_quotes(ask):
    answer = ask("nowhere.gguf")
    assert answer.model == "extractive"
    assert "nowhere.gguf" in answer.notes[0]
    with pytest.raises(ModelMissing):
        chat.load_chat(load_settings(llm="nowhere.gguf"))
