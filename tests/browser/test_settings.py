"""The settings tab: a model server is checked and saved, its key never seen again; the theme."""

import logging

from playwright.sync_api import expect

from paperqa.models import chat
from tests import fake_vendor
from tests.browser.conftest import ask, open_page

KEY = "sk-never-to-be-seen"
QUESTION = "How much does word error rate rise when attention heads are removed?"
_HELD = """() => document.documentElement.outerHTML + JSON.stringify({...localStorage})
  + JSON.stringify({...sessionStorage}) + document.cookie
  + [...document.querySelectorAll('input, textarea')].map((box) => box.value)"""


def settings_of(page):
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_role("textbox", name="API key")).to_be_visible()
    return page


def fill(page, model, url):
    page.get_by_role("combobox", name="Model").fill(model)
    page.get_by_role("combobox", name="Model").press("Tab")
    page.get_by_role("textbox", name="Server's URL").fill(url)


def test_a_model_is_checked_saved_and_answers_and_its_key_is_not_seen_again(
    filled, serve, context, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    page = settings_of(open_page(context, serve(filled)))
    said = page.locator("#settings .notice")
    key = page.get_by_role("textbox", name="API key")
    with fake_vendor.serving() as (url, seen):
        fill(page, "vendor-model", url)
        key.fill(KEY)
        page.get_by_role("button", name="Check").click()
        expect(said).to_contain_text("vendor-model answered in")
        page.get_by_role("spinbutton", name="Papers that an answer").fill("2")
        page.get_by_role("button", name="Save").click()
        expect(said).to_have_text("Saved; the next question is answered so.")
        expect(key).to_have_value("")
        expect(key).to_have_accessible_name("API key A key is set; leave this empty to keep it. "
                                            "It is kept in memory and never shown.")  # fmt: skip
        expect(page.locator("#settings")).to_contain_text(
            "Leaves this machine: nothing; a server on it (127.0.0.1) words the answers."
        )
        lines = page.get_by_role("textbox", name="copy the lines into .env")
        expect(lines).to_have_value(
            f"PAPERQA_LLM={url}#vendor-model\nPAPERQA_SOURCES=2\nPAPERQA_API_KEY="
        )
        assert KEY not in page.evaluate(_HELD)
        page.reload()
        page.get_by_role("tab", name="Settings").click()
        expect(page.get_by_role("combobox", name="Model")).to_have_value("vendor-model")
        expect(page.get_by_role("textbox", name="Server's URL")).to_have_value(url)
        expect(page.get_by_role("spinbutton", name="Papers that an answer")).to_have_value("2")
        assert KEY not in page.evaluate(_HELD)
        page.get_by_role("tab", name="Chat").click()
        expect(page.locator("#leaves")).to_contain_text("a server on it (127.0.0.1) words")
        turn = ask(page, QUESTION)
    expect(turn.locator(".made")).to_contain_text("Worded by vendor-model")
    expect(turn.locator(".answer")).to_contain_text("Word error rate rises from 5.1 to 5.3")
    assert 1 <= turn.locator(".card").count() <= 2
    assert seen[-1]["authorization"] == f"Bearer {KEY}"
    for place in (caplog.text, *capfd.readouterr()):
        assert KEY not in place


def test_what_is_wrong_with_a_model_is_said_in_words(session_library, page, monkeypatch):
    monkeypatch.setattr(chat, "_RETRIES", 0)
    said = settings_of(page).locator("#settings").get_by_role("alert")
    for model, url, words in [
        ("gpt-x", "", "for a model of a server, give the server's URL too"),
        ("m", "localhost:8000", "is no URL of a server; it begins with http:// or https://"),
        ("m", "http://127.0.0.1:9/v1", "reached"),
    ]:
        fill(page, model, url)
        page.get_by_role("button", name="Check").click()
        expect(said).to_contain_text(words)
    with fake_vendor.serving() as (url, _):
        fill(page, "bad-key", url)
        page.get_by_role("button", name="Check").click()
        expect(said).to_contain_text("bad-key: the key was refused")
    assert session_library.settings.llm == "none"


def test_the_theme_is_kept_by_the_browser(context, address):
    page = settings_of(open_page(context, address))
    body, themes = page.locator("body"), page.get_by_role("group", name="Theme")
    themes.get_by_role("radio", name="Dark").check()
    expect(body).to_have_class("dark")
    page.reload()
    expect(body).to_have_class("dark")
    page.get_by_role("tab", name="Settings").click()
    expect(themes.get_by_role("radio", name="Dark")).to_be_checked()
    themes.get_by_role("radio", name="Light").check()
    expect(body).to_have_class("")
    page.emulate_media(color_scheme="dark")
    themes.get_by_role("radio", name="As the system").check()
    expect(body).to_have_class("dark")
