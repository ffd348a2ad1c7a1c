"""Questions asked in the browser, and what can be done with their answers."""

import json
import re

import pytest
from playwright.sync_api import expect

from paperqa import Library
from paperqa.settings import load_settings
from tests.browser.conftest import ask, finished, mark_last_turn, open_page, question_box

QUESTION = "How long are the gaps that TideFormer fills?"
HOURS = "TideFormer fills gaps of up to 9 hours. "
HALVES = "It halves the error of the harmonic method on 42 gauges. "


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def begin(page, question):
    """Ask, and don't wait."""
    question_box(page).fill(question)
    button(page, "Ask").click()


def test_an_empty_library_suggests_questions_and_the_sample_answers(
    library, listing, serve, context
):
    page = open_page(context, serve(library))
    expect(page.locator("#chat .welcome")).to_contain_text("the packaged sample papers answer")
    first = page.locator("#suggestions button").first
    question = first.inner_text()
    first.click()
    turn = finished(page)
    expect(turn.get_by_role("heading", level=2)).to_have_text(question)
    expect(turn.get_by_role("link", name="Citation 1:")).not_to_have_count(0)
    expect(turn.locator(".card.cited mark").first).to_be_visible()
    expect(turn).to_contain_text("From the packaged sample papers")
    expect(page.locator("#scope-line")).to_have_text("Asking the packaged sample papers")

    library.add(listing)  # what was cited stays known
    page.reload()
    expect(page.locator("#scope-line")).to_have_text("Asking all 5 papers")
    expect(turn.locator(".card.cited").first).to_be_visible()
    expect(turn).not_to_contain_text("no longer in the library")
    with page.expect_download() as download:
        button(page, "Export BibTeX").click()
    assert "@misc" in download.value.path().read_text()


def test_evidence_is_there_before_the_words_and_nothing_jumps(new_context, told):
    page = open_page(new_context(reduced_motion="reduce"), told.address)
    told.answer(HOURS)
    ask(page, "What does TideFormer fill?")
    for width in (1280, 500):
        page.set_viewport_size({"width": width, "height": 800})
        mark_last_turn(page)
        begin(page, QUESTION)
        turn = page.locator("#live .turn:not([data-old])")
        expect(turn.locator(".card.found")).to_have_count(5)
        expect(turn.locator(".answer")).to_have_text("Reading 5 papers")
        heading = turn.get_by_role("heading", level=2)
        expect(heading).to_be_in_viewport()
        before = heading.bounding_box()
        told.say(HOURS, HALVES)
        expect(turn.locator(".answer")).to_contain_text("up to 9 hours. 1")
        assert heading.bounding_box() == before
        told.answer("")
        expect(finished(page).locator(".card.cited")).to_have_count(1)
        assert heading.bounding_box() == before


def test_a_marker_leads_to_its_quote_and_back(page):
    turn = ask(page, QUESTION)
    marker = turn.get_by_role("link", name="Citation 2: TideFormer")
    marker.click()
    quote = turn.locator("mark:target")
    expect(quote).to_be_focused()
    expect(quote).to_be_in_viewport()
    expect(quote).to_contain_text("fills gaps of up to 9 hours.")
    assert quote.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    quote.get_by_role("link").click()
    expect(marker).to_be_focused()


def test_a_follow_up_is_rewritten_and_can_be_asked_otherwise(page):
    ask(page, QUESTION)
    turn = ask(page, "What is its error?")
    expect(turn).to_contain_text("Understood as: What is TideFormer's error?")
    understood = page.get_by_role("textbox", name="Understood as")
    expect(understood).to_have_value("What is TideFormer's error?")
    understood.fill("What is LanternNet's error?")
    mark_last_turn(page)
    button(page, "Ask again").click()
    heading = finished(page).get_by_role("heading", level=2)
    expect(heading).to_have_text("What is LanternNet's error?")
    expect(turn).not_to_contain_text("Understood as")
    expect(page.locator("#chat .turn")).to_have_count(2)  # it stands in place of the follow-up


def test_a_refusal_looks_different_and_names_the_nearest_papers(page):
    turn = ask(page, "Who won the football world cup in 1954?")
    expect(turn).to_have_class("turn refused")
    expect(turn.locator(".answer")).to_contain_text("Not in these papers")
    expect(turn.locator(".evidence")).to_contain_text("The nearest papers")
    expect(turn.locator(".evidence > .card")).to_have_count(3)
    background = "e => getComputedStyle(e).backgroundColor"
    refused = turn.locator(".answer").evaluate(background)
    assert refused != ask(page, QUESTION).locator(".answer").evaluate(background)


def test_stop_ends_the_work_of_the_model_and_one_can_go_on(told_page, told):
    told.mumbles = True
    told.say(HOURS, HALVES)
    begin(told_page, QUESTION)
    turn = told_page.locator("#live .turn")
    expect(turn.locator(".answer")).to_contain_text("up to 9 hours.")
    button(told_page, "Stop").click()
    expect(turn).to_contain_text("Stopped. This turn is not kept.")
    expect(turn.locator(".answer")).to_contain_text("up to 9 hours.")
    assert told.gone.wait(10)
    told.gone.clear()
    told.mumbles = False
    told.answer(HALVES)
    mark_last_turn(told_page)
    button(told_page, "Retry").click()
    expect(finished(told_page).locator(".answer")).to_contain_text("It halves the error")
    expect(told_page.locator("#chat .turn")).to_have_count(1)


def test_while_an_answer_comes_its_markers_work_and_the_next_question_waits(told_page, told):
    told.say(HOURS, HALVES)
    begin(told_page, QUESTION)
    turn = told_page.locator("#live .turn")
    expect(turn.locator(".answer")).to_contain_text("up to 9 hours.")
    expect(question_box(told_page)).to_have_value("")
    question_box(told_page).fill("What is its error?")
    question_box(told_page).press("Enter")
    turn.get_by_role("link", name="Citation 1: TideFormer").click()
    expect(turn.locator("mark:target")).to_be_focused()
    told.answer("")
    expect(finished(told_page).locator(".answer")).to_contain_text("It halves the error")
    expect(told_page.locator("#chat .turn")).to_have_count(1)
    expect(question_box(told_page)).to_have_value("What is its error?")


def test_what_goes_with_an_answer(context, address):
    """Copy, like, retry, edit, and a question to go on with."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = open_page(context, address)
    turn, past = ask(page, QUESTION), page.locator("#past")
    button(page, "Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "fills gaps of up to 9 hours.” [2]\n" in copied
    assert copied.endswith("\n[2] TideFormer: A Transformer for Tide Gauges")

    mark_last_turn(page)
    button(page, "Retry").click()
    finished(page)
    button(page, "Edit question").click()
    expect(button(page, "Cancel edit")).to_be_visible()
    expect(question_box(page)).to_be_focused()
    expect(question_box(page)).to_have_value(QUESTION)
    ask(page, "What does LanternNet replace?")
    expect(turn.get_by_role("heading", level=2)).to_have_text("What does LanternNet replace?")
    expect(page.locator("#chat .turn")).to_have_count(1)

    suggested = page.locator("#suggestions button").first
    question = suggested.inner_text()
    assert "LanternNet" in question
    mark_last_turn(page)
    suggested.click()
    expect(finished(page).get_by_role("heading", level=2)).to_have_text(question)
    expect(page.locator("#chat .turn")).to_have_count(2)
    expect(turn).not_to_contain_text("Understood as")

    button(past, "Helpful").click()  # each answer has its own
    liked = past.get_by_role("button", name="Helpful", pressed=True)
    expect(liked).to_be_focused()
    expect(turn.get_by_role("button", pressed=True)).to_have_count(0)
    liked.click()
    expect(past.get_by_role("button", pressed=True)).to_have_count(0)

    # On plain http at another address than this machine's own, there is no clipboard.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    expect(page.get_by_text("Copied")).to_have_count(0)
    button(past, "Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    question_box(page).press("Control+V")
    expect(question_box(page)).to_have_value(re.compile("LanternNet: Cheap Kernels"))
    page.evaluate("document.execCommand = () => false")
    button(past, "Copy").click()
    expect(page.get_by_text("This browser lets no page copy")).to_be_visible()


def test_a_model_that_fails_leaves_a_usable_page(told_page, told):
    for how, words, failure, evidence in [
        ("broken", "", "No answer. broken: the server failed (500: as asked)", "5 papers found"),
        ("dies", HOURS, "Broken off. dies: the model server broke off", "1 paper cited"),
    ]:
        told.goes(how)
        if words:
            told.say(f"{HOURS}{HALVES}")
        turn = ask(told_page, QUESTION)
        expect(turn.get_by_role("alert")).to_contain_text(failure)
        expect(turn.locator(".answer")).to_contain_text(words)
        expect(turn.locator(".evidence > .label")).to_have_text(evidence)
        expect(turn.locator(".card").first).to_be_visible()
    told.goes("m")
    told.answer(HALVES)
    mark_last_turn(told_page)
    button(told_page, "Retry").click()
    expect(finished(told_page).locator(".answer")).to_contain_text("It halves the error")
    expect(told_page.locator("#chat .turn")).to_have_count(1)


HACK = (
    "<script>hacked = 1</script> <img src=http://evil.example/a.png onerror='hacked = 1'> "
    "![a](http://evil.example/b.png) [c](javascript:hacked=1) ${hacked = 1} {{hacked}}"
)
TABLE = f"|{'---|' * 200}"
FOG = f"GhostNet cuts fog delays by 40 percent {HACK} in harbours {TABLE}."


def test_hostile_text_stays_text_and_fetches_nothing(library, told, serve, context, tmp_path):
    paper = {"title": f"GhostNet {HACK}", "abstract": FOG, "authors": [HACK]}
    (tmp_path / "hostile.jsonl").write_text(json.dumps(paper))
    library.add(tmp_path / "hostile.jsonl")
    library.use(told.settings)
    page = open_page(context, serve(library))
    told.answer(FOG, " ", f"It costs 99 dollars {HACK} {TABLE}.")
    turn = ask(page, f"By how much does GhostNet cut fog delays? {HACK}")
    for part in (".question", ".answer", ".card h3", ".card mark", ".dropped"):
        expect(turn.locator(part).first).to_contain_text("<script>hacked = 1</script>")
        expect(turn.locator(part).first).to_contain_text("![a](http://evil.example/b.png)")
    expect(page.locator("#threads")).to_contain_text("<script>hacked = 1</script>")
    expect(page.locator("#suggestions button").first).to_contain_text("<script>")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(turn.locator(".answer")).to_contain_text("![a](http://evil.example/b.png)")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("#chat, #conversations").locator("img, iframe, script, table").count() == 0


def test_the_keyboard_alone_is_enough(page):
    page.keyboard.type(QUESTION)  # the box has the focus
    page.keyboard.press("Tab")
    expect(button(page, "Ask")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question_box(page)).to_be_focused()
    turn = finished(page)
    marker = turn.get_by_role("link", name="Citation 1:")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
        if focused.evaluate("(e, marker) => e === marker", marker.element_handle()):
            break
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    expect(turn.locator("mark").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(marker).to_be_focused()


@pytest.mark.llm
def test_the_local_model_words_a_cited_answer(filled, embedding, local_llm, serve, context):
    settings = load_settings(llm=local_llm, cache=False)
    with Library(filled.folder, settings=settings, embedding=embedding) as worded:
        page = open_page(context, serve(worded))
        begin(page, "How does the word error rate change when HeadTrim removes heads?")
        turn = page.locator("#live .turn")
        expect(turn.locator(".card.found").first).to_be_visible()
        expect(turn.locator(".made")).to_contain_text("Worded by", timeout=180_000)
        expect(finished(page).locator(".answer")).to_contain_text("5.3")
        turn.get_by_role("link", name="Citation 1: Pruning Heads").first.click()
        expect(turn.locator("mark:target")).to_be_focused()
