"""Changing the model at run time, over real HTTP; a key goes in and never comes out."""

import logging

import httpx
import pytest

from paperqa import Library
from paperqa.doctor import what_leaves
from paperqa.errors import InputError, SettingsError
from paperqa.settings import load_settings
from paperqa.ui.settings import dotenv, named
from tests import fake_vendor
from tests.ui.serving import press, shown, words

QUESTION = "How much does word error rate rise when attention heads are removed?"
KEY = "sk-never-to-be-seen"


@pytest.fixture
def served(session_library, address):
    """A library, and a client of its page on this machine."""
    before = session_library.settings
    with httpx.Client(base_url=address, timeout=20) as client:
        yield session_library, client
    session_library.use(before)


@pytest.fixture
def vendor():
    with fake_vendor.serving() as (url, seen):
        yield url, seen


def test_saving_changes_who_words_the_next_answer(served, vendor):
    library, client = served
    url, seen = vendor
    assert library.ask(QUESTION).model == "extractive"
    _, notice, leaves, lines = press(client, "Save", ["vendor-model", url, KEY, 2])
    assert words(notice).startswith("Saved")
    assert words(leaves) == f"Leaves this machine: {what_leaves(library.settings)}."
    assert lines["value"] == (
        f"PAPERQA_LLM={url}#vendor-model\nPAPERQA_SOURCES=2\nPAPERQA_API_KEY="
    )
    answer = library.ask(QUESTION)
    assert answer.model == "vendor-model"
    assert len(answer.evidence) <= 2
    assert seen[-1]["authorization"] == f"Bearer {KEY}"
    press(client, "Save", ["none", "", "", 6])
    assert library.ask(QUESTION).model == "extractive"


def test_no_response_and_no_log_holds_the_key(served, vendor, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    _, client = served
    url, seen = vendor
    responses = [
        press(client, "Check", [model, url, KEY, 6])
        for model in ("vendor-model", "bad-key", "no-such-model")
    ]
    responses.append(press(client, "Save", ["vendor-model", url, KEY, 6]))
    responses.append(press(client, "Save", ["no model", url, KEY, 6]))
    responses.append(shown(client, "API key"))
    for path in ("/", "/config", "/theme.css", "/gradio_api/info"):
        responses.append(client.get(path).text)
    assert seen[0]["authorization"] == f"Bearer {KEY}"
    assert "A key is set" in str(responses)
    for place in (str(responses), caplog.text, *capfd.readouterr()):
        assert KEY not in place


def test_a_server_that_sends_the_key_back_does_not_show_it(served, vendor, monkeypatch):
    def reply(self, status, value, reply=fake_vendor.FakeVendor.reply):
        reply(self, status, {"error": {"message": self.headers["Authorization"], "code": None}})

    monkeypatch.setattr(fake_vendor.FakeVendor, "reply", reply)
    notice = press(served[1], "Check", ["no-such-model", vendor[0], KEY, 6])[0]
    assert "not found there (Bearer …)" in notice
    assert KEY not in notice


@pytest.mark.parametrize(
    "model, said",
    [
        ("vendor-model", "vendor-model answered in 0."),
        ("bad-key", "bad-key: the key was refused"),
        ("no-such-model", "no-such-model: not found there"),
    ],
)
def test_a_check_says_what_came_of_it_and_changes_nothing(served, vendor, model, said):
    library, client = served
    before = library.settings
    assert said in words(press(client, "Check", [model, vendor[0], KEY, 6])[0])
    assert library.settings is before


def test_a_check_of_a_server_that_is_not_there_says_so(served):
    notice = press(served[1], "Check", ["m", "http://127.0.0.1:9/v1", "", 6])[0]
    assert "be reached or broke off" in notice
    assert 'role="alert"' in notice


def test_a_check_without_a_model_needs_none(served):
    assert "quoted" in press(served[1], "Check", ["none", "", "", 6])[0]


def test_a_key_goes_only_to_the_server_it_was_given_for(served, vendor):
    _, client = served
    url, seen = vendor
    press(client, "Save", ["m", "http://vendor.invalid/v1", KEY, 6])
    press(client, "Check", ["m", url, "", 6])
    assert seen[-1]["authorization"] == "Bearer none"
    press(client, "Save", ["m", url, "another-key", 6])
    press(client, "Save", ["none", "", "", 6])
    press(client, "Check", ["m", url, "", 6])  # back again: no need to type it once more
    assert seen[-1]["authorization"] == "Bearer another-key"


@pytest.mark.parametrize("key", ["schlüssel", "a\nb"])
def test_a_key_that_can_be_none_is_refused_and_not_quoted(served, key):
    notice = press(served[1], "Save", ["m", "http://h/v1", key, 6])[1]
    assert "no key has" in notice
    assert key not in notice


def test_what_is_typed_is_shown_as_text(served):
    notice = press(served[1], "Save", ["<img/src=x>", "", "", 6])[1]
    assert "<img" not in notice
    assert "&lt;img" in notice


@pytest.mark.parametrize(
    "model, url, llm",
    [
        ("local", "", "local"),
        ("none", "http://h/v1", "none"),
        (" openai:gpt-x ", "", "openai:gpt-x"),
        ("/m/x.gguf", "", "/m/x.gguf"),
        ("llama3", "http://h:1/v1", "http://h:1/v1#llama3"),
        ("", "https://h/v1", "https://h/v1"),
        ("http://h/v1#m", "", "http://h/v1#m"),
    ],
)
def test_model_and_url_name_a_setting(model, url, llm):
    assert named(model, url) == llm


@pytest.mark.parametrize(
    "model, url, said",
    [
        ("gpt-x", "", "give the server's URL"),
        ("", "", "none of local"),
        ("m", "ftp://h/v1", "no URL of a server"),
        ("m", "http://", "no URL of a server"),
        ("m", "http://[h", "no URL of a server"),
        ("m", "http://user:secret@h/v1", "key in a URL"),
        ("m\nPAPERQA_X=1", "http://h/v1", "no spaces"),
    ],
)
def test_what_names_no_model_is_refused_in_words(model, url, said):
    with pytest.raises(SettingsError, match=said) as raised:
        named(model, url)
    assert "secret" not in str(raised.value)


def test_the_lines_to_keep_hold_no_key():
    lines = dotenv(load_settings(llm="openai:gpt-x", api_key=KEY))
    assert lines == "PAPERQA_LLM=openai:gpt-x\nPAPERQA_SOURCES=6\nPAPERQA_API_KEY="


@pytest.mark.parametrize(
    "llm, said",
    [
        ("local", "nothing"),
        ("none", "nothing"),
        ("http://localhost:8000/v1#m", "nothing; a server on it (localhost) words the answers"),
        ("openai:gpt-x", "each question with the sentences found for it, to api.openai.com"),
        ("https://h.example/v1", "each question with the sentences found for it, to h.example"),
    ],
)
def test_what_leaves_the_machine_is_said_for_each_kind_of_model(llm, said):
    assert what_leaves(load_settings(llm=llm)) == said


def test_an_answer_under_way_keeps_the_settings_it_began_with(filled, vendor):
    settings = load_settings(llm=f"{vendor[0]}#vendor-model")
    begun = filled.stream(QUESTION)
    filled.use(settings)
    assert begun.answer.model == "extractive"
    assert filled.ask(QUESTION).model == "vendor-model"
    filled.use(load_settings(llm="none"))
    assert filled.ask(QUESTION).model == "extractive"  # nor was it kept under the other's name


def test_settings_that_need_another_index_are_refused(filled: Library):
    with pytest.raises(InputError, match="open the library anew"):
        filled.use(load_settings(chunk_tokens=100))
