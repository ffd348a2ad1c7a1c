"""The papers tab: adding, finding, opening, asking about and removing papers."""

import json

from playwright.sync_api import expect

from paperqa.types import Paper
from paperqa.ui.uploads import LARGEST
from tests.browser.conftest import ask, open_page, question_box

TIDES = "TideFormer: A Transformer for Tide Gauges"
LANTERN = "LanternNet: Cheap Kernels in Place of Softmax Attention"
BUOY = {"title": "BuoyNet Counts Waves", "abstract": "BuoyNet counts 17 waves in a minute."}
_DROP = """(area, [files, size]) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  data.items.add(new File([new Uint8Array(size)], 'large.txt'));
  area.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def papers_of(context, address):
    """The papers tab of a page."""
    page = open_page(context, address)
    page.get_by_role("tab", name="Papers").click()
    expect(page.locator("#papers-summary")).to_contain_text("paper")
    return page


def row(page, title):
    return page.locator("#papers-table tr", has=page.get_by_role("button", name=title))


def summary(page):
    return page.locator("#papers-summary")


def test_what_can_be_read_goes_in_and_the_rest_says_why(library, serve, context, listing):
    page = open_page(context, serve(library))
    welcome = page.locator("#chat .welcome")
    expect(welcome).to_contain_text("Your library is empty")
    page.get_by_role("tab", name="Papers").click()
    expect(page.locator("#papers-empty")).to_contain_text("The library is empty.")
    files = [("buoys.jsonl", json.dumps(BUOY)), ("scan.pdf", "%PDF-1.4")]
    page.locator("#papers-files button").first.evaluate(_DROP, [files, LARGEST + 1])
    report = page.locator("#papers-report")
    expect(report.get_by_role("status")).to_have_text("added 1, updated 0, unchanged 0")
    expect(report.get_by_role("alert")).to_contain_text("not taken: scan.pdf")
    large = page.locator("#papers-large").get_by_role("alert")
    expect(large).to_have_text(
        "not taken: large.txt: the file is over 50 MB; split it into several"
    )
    expect(row(page, BUOY["title"])).to_be_visible()
    expect(page.locator("#papers-empty")).to_be_hidden()

    pasted = page.get_by_role("textbox", name="Or paste a listing, or one paper")
    pasted.fill(listing.read_text())
    page.get_by_role("button", name="Add the text").click()
    expect(report.get_by_role("status")).to_have_text("added 5, updated 0, unchanged 0")
    expect(report.get_by_role("alert")).to_have_count(0)
    expect(summary(page)).to_have_text("6 papers")
    expect(row(page, TIDES)).to_contain_text("Harbour Lab")

    page.get_by_role("tab", name="Chat").click()
    expect(page.locator("#scope-line")).to_have_text("Asking all 6 papers")
    expect(welcome).to_contain_text("6 papers in your library")
    turn = ask(page, "How many waves does BuoyNet count in a minute?")
    expect(turn.locator(".answer")).to_contain_text("17 waves")
    expect(turn.locator(".card.cited")).to_contain_text("from buoys.jsonl")


def test_thousands_of_papers_are_searched_filtered_sorted_and_paged(library, serve, context):
    catalogue = library._stores.catalogue
    with catalogue.transaction():
        for n in range(3000):
            year, lab = 1990 + n % 30, f"Harbour {n % 3}"
            catalogue.put_paper(
                Paper(f"id:{n}", f"On buoy {n:04}", "Buoys drift.", "Buoys drift.",
                      published=f"{year}-03-01", organization=lab)
            )  # fmt: skip
    page = papers_of(context, serve(library))
    titles = page.locator("#papers-table th button")
    expect(summary(page)).to_have_text("3,000 papers, 1–50 shown")
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    page.get_by_role("button", name="Next").click()
    expect(summary(page)).to_have_text("3,000 papers, 51–100 shown")
    number = page.get_by_role("spinbutton", name="Page, of 60")
    expect(number).to_have_value("2")
    number.fill("60")
    number.press("Enter")
    expect(summary(page)).to_have_text("3,000 papers, 2,951–3,000 shown")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()

    page.get_by_role("textbox", name="Find").press_sequentially("0123 buoy")
    expect(summary(page)).to_have_text("1 paper")
    expect(titles).to_have_text(["On buoy 0123"])
    page.get_by_role("textbox", name="Find").fill("kelp")
    expect(summary(page)).to_have_text("No paper fits.")
    page.get_by_role("textbox", name="Find").fill("")
    page.locator("#papers").get_by_role("textbox", name="From year").fill("2003")
    page.locator("#papers").get_by_role("textbox", name="To year").fill("2001")
    expect(summary(page)).to_have_text("300 papers, 1–50 shown")
    page.get_by_role("combobox", name="Organisation").click()
    page.get_by_role("option", name="Harbour 1").click()
    expect(summary(page)).to_have_text("100 papers, 1–50 shown")
    page.get_by_role("combobox", name="Sort").click()
    page.get_by_role("option", name="Title").click()
    expect(titles.first).to_have_text("On buoy 0013")  # 13 % 30 is the year 2003, 13 % 3 the lab
    page.get_by_role("button", name="Ask about papers from 2001 to 2003 of Harbour 1").click()
    expect(page.locator("#scope-line")).to_have_text(
        "Asking only papers from 2001 to 2003 of Harbour 1"
    )
    expect(question_box(page)).to_be_visible()


def test_a_paper_is_opened_asked_about_alone_and_removed(filled, serve, context):
    page = papers_of(context, serve(filled))
    panel = page.locator("#paper")
    page.get_by_role("button", name=TIDES, exact=True).press("Enter")
    expect(panel.get_by_role("heading", name=TIDES)).to_be_focused()
    expect(panel).to_contain_text("Harbour Lab")
    expect(panel).to_contain_text("listing.txt")
    expect(panel).to_contain_text("It halves the error of the harmonic method on 42 gauges")
    link = panel.get_by_role("link", name="Search arXiv")
    assert link.get_attribute("href").startswith("https://arxiv.org/search/")
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name=TIDES, exact=True)).to_be_focused()

    page.get_by_role("tab", name="Chat").click()
    turn = ask(page, "What is the accuracy on the Harbour benchmark?")
    card = turn.locator(".card", has_text=LANTERN)
    card.get_by_role("button", name=f"Open in Papers: {LANTERN}").press("Enter")
    expect(panel.get_by_role("heading", name=LANTERN)).to_be_visible()
    quote = panel.locator("mark").first
    expect(quote).to_be_focused()
    expect(quote).to_be_in_viewport()
    expect(card.locator("mark").first).to_contain_text(quote.inner_text().strip())

    page.get_by_role("button", name=TIDES, exact=True).click()
    panel.get_by_role("button", name="Ask about this paper only").click()
    expect(page.locator("#scope-line")).to_have_text(f"Asking only “{TIDES}”")
    expect(page.locator("#chat .welcome")).to_be_visible()
    expect(question_box(page)).to_be_focused()
    ask(page, "What is the accuracy on the Harbour benchmark?")  # LanternNet's to say
    expect(turn.locator(".notes")).to_contain_text(f"Asked only “{TIDES}”.")
    expect(turn.locator(".card")).to_have_count(1)
    expect(turn.locator(".card h3")).to_contain_text(TIDES)
    expect(page.get_by_role("radio")).to_have_count(2)

    page.get_by_role("tab", name="Papers").click()
    expect(panel.get_by_role("heading", name=TIDES)).to_be_visible()
    panel.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#paper-confirm")).to_be_hidden()
    expect(summary(page)).to_have_text("5 papers")
    panel.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove it").click()
    expect(summary(page)).to_have_text("4 papers")
    expect(panel).to_be_hidden()
    expect(row(page, TIDES)).to_have_count(0)
    assert len(filled) == 4


def test_an_answer_says_which_papers_were_asked(filled, serve, context):
    page = papers_of(context, serve(filled))
    box = page.get_by_role("checkbox", name=f"Choose: {TIDES}")
    unticked = box.screenshot()
    for title in (TIDES, LANTERN):
        page.get_by_role("checkbox", name=f"Choose: {title}").check()
    assert box.screenshot() != unticked, "a tick can't be seen"
    page.get_by_role("button", name="Ask about the 2 chosen").click()
    line = page.locator("#scope-line")
    expect(line).to_contain_text(f"“{LANTERN}”")
    expect(line).to_contain_text(f"“{TIDES}”")
    turn = ask(page, "Which papers replace softmax attention?")
    expect(turn.locator(".notes")).to_contain_text("Asked only “")
    expect(turn.locator(".card").first).to_be_visible()
    found = turn.locator(".card h3").all_text_contents()
    assert all(TIDES in title or LANTERN in title for title in found)

    page.get_by_role("button", name="Ask all papers").click()
    expect(line).to_have_text("Asking all 5 papers")
    page.locator("#scope").get_by_role("textbox", name="From year").fill("2023")
    expect(line).to_have_text("Asking only papers from 2023 on")
    turn = ask(page, "Which papers are about attention?")
    expect(turn.locator(".notes")).to_contain_text("Asked only papers from 2023 on.")
    expect(turn.locator(".card h3")).to_contain_text([LANTERN])
    expect(turn.locator(".card")).to_have_count(1)
    page.locator("#scope").get_by_role("textbox", name="To year").fill("2020")
    expect(line).to_have_text("Asking only papers from 2020 to 2023")
