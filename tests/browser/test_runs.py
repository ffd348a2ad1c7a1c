"""The evaluation tab: runs on a question set of one's own, their reports, and two compared."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_page
from tests.ui.serving import write_questions


@pytest.fixture
def questions(tmp_path):
    """A set that takes a while."""
    file = tmp_path / "harbour.jsonl"
    write_questions(file, 60)
    return file


def start(page, limit):
    page.get_by_role("spinbutton", name="At most").fill(limit)
    page.get_by_role("button", name="Start", exact=True).click()


def choose(page, label, n):
    """Take the option of that number."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option").nth(n).click()


def test_runs_are_started_stopped_gone_on_with_read_and_compared(filled, serve, context, questions):
    page = open_page(context, serve(filled))
    page.get_by_role("tab", name="Evaluation").click()
    runs, status = page.locator("#runs-list"), page.locator("#runs-status")
    expect(runs).to_contain_text("There are no runs yet.")
    page.get_by_role("button", name="Start a run").click()
    expect(page.locator("#runs-no-sets")).to_contain_text("There is no question set in")
    start(page, "3")
    expect(status.get_by_role("alert")).to_have_text("upload a question set")
    page.set_input_files("#runs-upload input[type=file]", questions)
    expect(page.locator("#runs-upload")).to_contain_text("harbour")
    expect(page.get_by_role("radio", name="All", exact=True)).to_be_checked()
    start(page, "3")
    expect(status.get_by_role("status")).to_contain_text("finished")
    expect(runs.locator("tbody tr")).to_have_count(1)
    expect(runs.locator("tbody tr")).to_contain_text("100.0 %")
    report = page.frame_locator("#runs-report iframe")
    expect(report.get_by_role("heading", name="harbour")).to_be_visible()

    start(page, "")
    expect(status.get_by_role("progressbar")).to_be_visible()
    expect(status).to_contain_text("of 180 questions")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status.get_by_role("status")).to_contain_text("stopped; what is done is kept")
    runs.get_by_role("button", name="Go on").click()
    expect(status.get_by_role("progressbar")).to_be_visible()
    page.reload()  # a run goes on without its page
    page.get_by_role("tab", name="Evaluation").click()
    expect(status.get_by_role("status")).to_contain_text("finished", timeout=60_000)
    expect(runs.locator("tbody tr td:nth-child(4)")).to_have_text(["180", "3"])

    runs.get_by_role("button", name="harbour").last.press("Enter")
    expect(report.locator("details.question:visible")).to_have_count(3)
    report.get_by_role("searchbox", name="Search").fill("sextant")
    expect(report.locator("details.question:visible")).to_have_count(0)
    page.get_by_role("button", name="Compare two runs").click()
    choose(page, "Run A", -1)
    choose(page, "Run B", 0)
    page.get_by_role("button", name="Compare runs").click()
    expect(page.get_by_title("Comparison")).to_be_visible()
    expect(report.get_by_text("questions in both runs")).to_be_visible()
