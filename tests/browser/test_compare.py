"""The compare tab: papers and aspects chosen, the table read, its files downloaded."""

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

TIDES = "TideFormer: A Transformer for Tide Gauges"
LANTERN = "LanternNet: Cheap Kernels in Place of Softmax Attention"


@pytest.fixture
def tab(page):
    page.get_by_role("tab", name="Compare").click()
    return page


def choose(page, typed, title):
    """Type words and take the paper that is offered for them."""
    box = page.get_by_role("combobox", name="Papers to compare")
    box.click()
    box.press_sequentially(typed)
    option = page.get_by_role("option", name=title)
    with suppress(AssertionError):
        expect(option).to_be_visible(timeout=3000)
    box.press("End")  # a slow page may have offered what the words before wanted
    expect(option).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    box.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)


def downloaded(page, name):
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_two_papers_side_by_side_with_quotes_and_honest_gaps(tab):
    button = tab.get_by_role("button", name="Compare", exact=True)
    said = tab.locator("#compare-table").get_by_role("alert")
    aspects = tab.get_by_role("group", name="Aspects")
    choose(tab, "lantern", LANTERN)
    button.click()
    expect(said).to_have_text("choose 2 to 6 papers to compare, not 1")
    choose(tab, "gauges tide", TIDES)
    for box in aspects.get_by_role("checkbox").all():
        box.uncheck()
    button.click()
    expect(said).to_have_text("no aspect to compare; name one")

    for name in ("Problem", "Method", "Result", "Limits"):
        aspects.get_by_role("checkbox", name=name).check()
    own = tab.get_by_role("textbox", name="Aspects of your own")
    own.fill("memory; price in dollars")
    own.press("Enter")
    table = tab.locator("#compare-table table.comparison")
    heads = table.locator("thead th")
    expect(heads).to_have_text([f"{LANTERN} [1]", f"{TIDES} [2]"])
    rows = table.locator("tbody th")
    expect(rows).to_have_text(
        ["Problem", "Method", "Result", "Limits", "Memory", "Price in dollars"]
    )
    memory = table.locator("tbody tr", has=tab.get_by_role("rowheader", name="Memory"))
    expect(memory.locator("q")).to_contain_text("with 3.2 times less memory")
    price = table.locator("tbody tr", has=tab.get_by_role("rowheader", name="Price"))
    expect(price.locator("td .absent")).to_have_text(["not stated", "not stated"])
    memory.get_by_role("link", name="Reference 1").click()
    reference = tab.locator("#compare-1")
    expect(reference).to_be_in_viewport()
    expect(reference).to_contain_text(LANTERN)
    quotes = table.locator("q").all_text_contents()

    name, data = downloaded(tab, "Download CSV")
    assert name == "comparison.csv"
    header, *lines = csv.reader(data.decode("utf-8-sig").splitlines())
    assert header == ["aspect", LANTERN, TIDES]
    assert lines[-1] == ["price in dollars", "", ""]
    assert [cell for line in lines for cell in line[1:] if cell] == quotes
    name, data = downloaded(tab, "Download Markdown")
    assert name == "comparison.md"
    text = data.decode()
    assert text.startswith(f"| aspect | {LANTERN} | {TIDES} |\n")
    assert "| price in dollars | not stated | not stated |" in text
    assert f"1. {LANTERN}\n2. {TIDES}\n" in text
