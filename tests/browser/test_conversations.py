"""Conversations that are kept: found again, renamed, deleted, taken along."""

import json

from playwright.sync_api import expect

import paperqa.ui
from paperqa import Library
from tests.browser.conftest import ask, finished, open_page, question_box
from tests.ui.serving import serving

QUESTION = "How long are the gaps that TideFormer fills?"


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def listed(page, title):
    return page.get_by_role("radio", name=title, exact=True)


def test_a_conversation_is_searched_renamed_and_deleted(page):
    ask(page, "What does LanternNet replace?")
    title = page.get_by_role("textbox", name="Title of this conversation")
    expect(title).to_have_value("What does LanternNet replace?")
    title.fill("Lanterns & kernels")
    button(page, "Rename").click()
    expect(listed(page, "Lanterns & kernels")).to_be_checked()

    button(page, "New conversation").click()
    expect(page.locator("#chat .welcome")).to_be_visible()
    expect(question_box(page)).to_be_focused()
    ask(page, "Who wrote about ferries?")
    search = page.get_by_role("textbox", name="Search conversations")
    search.fill("lanterns & kernels")
    expect(page.get_by_role("radio")).to_have_count(1)
    expect(listed(page, "Who wrote about ferries?")).to_have_count(0)
    listed(page, "Lanterns & kernels").check()
    turn = page.locator("#live .turn")
    expect(turn.get_by_role("heading", level=2)).to_have_text("What does LanternNet replace?")
    expect(search).to_have_value("")

    page.once("dialog", lambda dialog: dialog.dismiss())
    button(page, "Delete conversation").click()
    expect(listed(page, "Lanterns & kernels")).to_be_checked()
    page.once("dialog", lambda dialog: dialog.accept())
    button(page, "Delete conversation").click()
    expect(page.locator("#chat .welcome")).to_be_visible()
    expect(listed(page, "Lanterns & kernels")).to_have_count(0)
    expect(listed(page, "Who wrote about ferries?")).not_to_be_checked()


def test_exports_hold_the_conversation(page):
    ask(page, QUESTION)

    def saved(name):
        with page.expect_download() as download:
            button(page, f"Export {name}").click()
        stem, _, kind = download.value.suggested_filename.rpartition(".")
        assert stem == "How-long-are-the-gaps-that-TideFormer-fills"
        return kind, download.value.path().read_text()

    kind, text = saved("Markdown")
    assert kind == "md"
    assert text.startswith(f"# {QUESTION}\n\n## {QUESTION}\n\n“Tide gauges report")
    assert "[2] **TideFormer: A Transformer for Tide Gauges** (Harbour Lab" in text
    kind, text = saved("JSON")
    assert kind == "json"
    (turn,) = json.loads(text)["turns"]
    assert turn["question"] == QUESTION
    assert len(turn["answer"]["citations"]) == 2
    kind, text = saved("BibTeX")
    assert kind == "bib"
    assert text.startswith("@misc{harbourlab")
    assert text.count("@misc") == 1


HOURS = "TideFormer fills gaps of up to 9 hours. "
HALVES = "It halves the error of the harmonic method on 42 gauges. "


def test_an_answer_outlives_its_tab(context, told):
    page = open_page(context, told.address)
    told.say(HOURS, HALVES)
    question_box(page).fill(QUESTION)
    question_box(page).press("Enter")
    answer = page.locator("#live .turn .answer")
    expect(answer).to_contain_text("up to 9 hours.")
    page.reload()
    expect(answer).to_contain_text("up to 9 hours.")
    expect(answer).to_contain_text("Reading on")
    expect(button(page, "Stop")).to_be_visible()
    page.close()
    told.answer("")
    page = open_page(context, told.address)
    expect(finished(page).locator(".answer")).to_contain_text("It halves the error")
    expect(page.locator("#chat .turn")).to_have_count(1)
    expect(listed(page, QUESTION).first).to_be_checked()


def test_an_answer_comes_while_another_conversation_is_open(context, told, monkeypatch):
    monkeypatch.setattr("paperqa.ui.chat._AT_ONCE", 1)
    page = open_page(context, told.address)
    answer, other = page.locator("#live .turn .answer"), "By how much is the error halved?"
    told.say(HOURS, HALVES)
    question_box(page).fill("Which gaps does TideFormer fill?")
    question_box(page).press("Enter")
    expect(answer).to_contain_text("up to 9 hours.")
    button(page, "New conversation").click()
    expect(page.locator("#chat .welcome")).to_be_visible()
    question_box(page).fill(other)
    question_box(page).press("Enter")
    expect(answer).to_contain_text("In line: 1 before you")
    listed(page, "Which gaps does TideFormer fill?").check()
    expect(answer).to_contain_text("up to 9 hours.")
    expect(answer).to_contain_text("Reading on")
    listed(page, other).check()
    expect(answer).to_contain_text("In line: 1 before you")
    told.answer("")
    expect(answer).to_have_text("Reading 5 papers")
    page.wait_for_timeout(1500)  # Gradio can lose a click in the moment when the hidden answer ends
    listed(page, "Which gaps does TideFormer fill?").check()
    expect(finished(page).locator(".answer")).to_contain_text("It halves the error")
    told.answer(HALVES)
    listed(page, other).check()
    expect(answer).to_have_text(f"{HALVES}1")
    expect(finished(page).get_by_role("heading", level=2)).to_have_text(other)
    expect(page.locator("#chat .turn")).to_have_count(1)


def test_a_conversation_outlives_the_server(filled, embedding, serve, context):
    """So does what was liked of it."""
    with serving(paperqa.ui.app(filled, local=True)) as address:
        page = open_page(context, address)
        ask(page, QUESTION)
        ask(page, "What is its error?")
        first = page.locator("#past").get_by_role("group", name="This answer")
        first.get_by_role("button", name="Not helpful").click()
        expect(first.get_by_role("button", name="Not helpful", pressed=True)).to_be_visible()
        button(page, "New conversation").click()
        expect(page.locator("#chat .welcome")).to_be_visible()
    filled.close()
    port = int(address.rpartition(":")[2])
    with (
        Library(filled.folder, embedding=embedding) as opened,
        serving(paperqa.ui.app(opened, local=True), port),
    ):
        page.reload()
        expect(page.locator("#chat .welcome")).to_be_visible()
        listed(page, QUESTION).check()
        expect(page.locator("#chat .turn")).to_have_count(2)
        expect(page.locator("#live .turn")).to_contain_text("Understood as: What is TideFormer's")
        expect(first.get_by_role("button", name="Not helpful", pressed=True)).to_be_visible()
        turn = ask(page, "Is its code public?")
        expect(turn).to_contain_text("TideFormer")
        expect(page.locator("#chat .turn")).to_have_count(3)
