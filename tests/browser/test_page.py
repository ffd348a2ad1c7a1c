"""The page as a whole: every width, theme and way to operate it, and another application around."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.routing import Mount

import paperqa.ui
from tests.browser.conftest import ask, open_page, question_box
from tests.ui.serving import serving

TABS = ("Chat", "Papers", "Compare", "Evaluation", "Settings")
QUESTION = "How long are the gaps that TideFormer fills?"
_CONTROLS = frozenset(
    "Iframe button checkbox combobox link listbox menuitem option progressbar radio searchbox "
    "slider spinbutton switch tab textbox".split()
)
_CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
_CUT_OFF = """() => {
  const scrolled = (each) => each && (/auto|scroll/.test(getComputedStyle(each).overflowX)
    || scrolled(each.parentElement));
  return [...document.querySelectorAll('body *')].filter((each) =>
    each.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !scrolled(each)
    && each.getBoundingClientRect().width > 1
    && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1
  ).map((each) => each.outerHTML.slice(0, 200));
}"""
_MARK_FOCUSED = """() => document.addEventListener('focusin', (event) => {
  const focused = event.target;
  focused.setAttribute('data-reached', '');
  if (focused.type === 'radio') document.getElementsByName(focused.name).forEach(
    (each) => each.setAttribute('data-reached', ''));
})"""
_NOT_REACHED = """() => [...document.querySelectorAll(
  'a[href], button, input, textarea, select, summary, iframe, [role=button], [role=tab]'
)].filter((each) => each.checkVisibility({visibilityProperty: true})
  && !each.matches('[data-reached], [type=file]') && !each.closest(':disabled, [aria-hidden=true]')
).map((each) => each.outerHTML.slice(0, 200))"""


def go_to(page, tab):
    page.get_by_role("tab", name=tab).click()
    page.mouse.move(0, 0)  # a control under the pointer looks different


@pytest.fixture
def full(session_library, serve, new_context):
    """A page with something in every tab: an answer, a paper, a comparison, a run, errors."""
    run = Path("eval", "runs", "stopped")
    run.mkdir(parents=True)
    about = {"dataset": "harbour", "model": "none", "started": "2026-11-20", "questions": 5}
    (run / "settings.json").write_text(json.dumps(about))
    page = open_page(new_context(reduced_motion="reduce"), serve(session_library))
    ask(page, QUESTION)
    go_to(page, "Papers")
    page.get_by_role("button", name="Add papers").click()
    page.get_by_role("checkbox", name="Choose: Tide").check()
    page.locator("#papers-table").get_by_role("button", name="TideFormer").click()
    page.locator("#paper").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    go_to(page, "Compare")
    box = page.get_by_role("combobox", name="Papers to compare")
    for title in ("TideFormer", "LanternNet"):
        box.fill(title)
        expect(page.get_by_role("option", name=title)).to_be_visible()
        box.press("Enter")
    box.press("Escape")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("table.comparison")).to_be_visible()
    go_to(page, "Evaluation")
    page.get_by_role("button", name="Compare two runs").click()
    page.get_by_role("button", name="Start a run").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#runs").get_by_role("alert")).to_be_visible()
    go_to(page, "Settings")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#settings").get_by_role("status")).to_contain_text("Saved")
    return page


def names(page):
    """The accessible names of the controls, as the browser gives them to a screen reader."""
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    controls = [node for node in tree if node.get("role", {}).get("value") in _CONTROLS]
    return [
        (node["role"]["value"], node.get("name", {}).get("value", "").strip())
        for node in controls
        if not node["ignored"]
    ]


def test_every_tab_fits_every_screen_theme_and_way_to_operate_it(full):
    all_can_be_read_in_both_themes(full)
    all_is_reached_with_the_keyboard(full)
    go_to(full, "Chat")
    full.locator("#conversations .toggle-button").click()  # it covers a narrow page
    for width in (1920, 360):
        full.set_viewport_size({"width": width, "height": 800})
        for tab in TABS:
            go_to(full, tab)
            size = full.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert size[0] <= size[1], tab
            assert full.evaluate(_CUT_OFF) == [], (tab, width)
            if width == 360:
                found = names(full)
                assert len(found) > 10, tab
                assert [role for role, name in found if not name] == [], tab
                for group in full.locator("fieldset:visible").all():
                    expect(group).to_have_accessible_name(re.compile(r"\w"))


def all_can_be_read_in_both_themes(full):
    for theme in ("Light", "Dark"):
        go_to(full, "Settings")
        full.get_by_role("radio", name=theme, exact=True).check()
        for tab in TABS:
            go_to(full, tab)
            try:  # what fades in takes a moment
                full.wait_for_function(f"(({_CONTRAST})()).length === 0", timeout=2000)
            finally:
                assert full.evaluate(_CONTRAST) == [], (theme, tab)


def all_is_reached_with_the_keyboard(full):
    full.evaluate(_MARK_FOCUSED)
    for tab in TABS:
        full.locator("body").evaluate("body => (body.tabIndex = -1, body.focus())")
        there = full.locator("[role=tab]:focus", has_text=tab)
        for _ in range(30):
            full.keyboard.press("Tab")
            if there.count():
                break
        full.keyboard.press("Enter")
        expect(full.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        for _ in range(60):
            full.keyboard.press("Tab")
        assert full.evaluate(_NOT_REACHED) == [], tab


def test_mounted_below_a_path_it_answers_too(session_library, address, context):
    mounted = Starlette(routes=[Mount("/papers", paperqa.ui.app(session_library))])
    with serving(mounted) as host:
        page = open_page(context, f"{host}/papers/")
        turn = ask(page, QUESTION)
        expect(turn.locator(".card.cited")).to_contain_text("TideFormer")
        expect(question_box(page)).to_have_value("")
