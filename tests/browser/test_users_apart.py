"""Several people at once: what is one's own, and who comes first."""

from playwright.sync_api import expect

from paperqa.ui.users import Users, add_user
from tests.browser.conftest import ask, finished, open_page, question_box

HOURS = "TideFormer fills gaps of up to 9 hours."


def log_in(context, address, name, password):
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(question_box(page)).to_be_visible()
    return page


def test_neither_of_two_users_sees_what_the_other_asks(
    new_context, session_library, serve, tmp_path
):
    add_user(tmp_path / "users", "ann", "correct horse")
    add_user(tmp_path / "users", "bob", "battery staple")
    address = serve(session_library, Users(tmp_path / "users"))
    anns, bobs = new_context(), new_context()
    ann = log_in(anns, address, "ann", "correct horse")
    ask(ann, "What does LanternNet replace?")
    bob = log_in(bobs, address, "bob", "battery staple")
    ask(bob, "Who wrote about ferries?")
    ann.reload()
    for page, own in ((ann, "What does LanternNet replace?"), (bob, "Who wrote about ferries?")):
        expect(page.get_by_role("radio")).to_have_count(1)
        expect(page.get_by_role("radio", name=own, exact=True)).to_be_checked()

    stolen = ann.evaluate("localStorage.getItem('paperqa')")
    assert stolen and stolen != bob.evaluate("localStorage.getItem('paperqa')")
    bob.evaluate("stolen => localStorage.setItem('paperqa', stolen)", stolen)
    bob.reload()
    expect(bob.locator("#chat .welcome")).to_be_visible()
    expect(bob.get_by_role("radio")).to_have_count(1)
    expect(bob.locator("body")).not_to_contain_text("LanternNet replace")

    ann.goto(f"{address}/logout")
    ann.goto(address)
    expect(ann.get_by_label("Password")).to_be_visible()
    assert "LanternNet" not in ann.content()


def test_all_see_their_place_in_the_line_and_nobody_is_passed(new_context, told, monkeypatch):
    """As with the local model, one answer is worded at a time."""
    monkeypatch.setattr("paperqa.ui.chat._AT_ONCE", 1)
    first, second, third = (open_page(new_context(), told.address) for _ in range(3))
    answer = "#live .turn .answer"
    states = ("Reading 5 papers", "In line: 1 before you", "In line: 2 before you")
    for page, state in zip((first, second, third), states, strict=True):
        question_box(page).fill("How long are the gaps that TideFormer fills?")
        question_box(page).press("Enter")
        expect(page.locator(answer)).to_have_text(state)
        expect(page.locator("#live .card")).to_have_count(5)  # which nobody waits for
    second.get_by_role("button", name="Stop").click()  # whoever gives up holds up nobody
    expect(third.locator(answer)).to_have_text("In line: 1 before you")
    told.answer(HOURS)
    expect(finished(first).locator(".answer")).to_contain_text(HOURS)
    expect(third.locator(answer)).to_have_text("Reading 5 papers")
    told.answer(HOURS)
    expect(finished(third).locator(".answer")).to_contain_text(HOURS)
