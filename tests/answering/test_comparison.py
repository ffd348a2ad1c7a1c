"""Each paper of a comparison gets what is said of it, and one paper's own comparison is its own."""

import pytest

LANTERN = "LanternNet replaces the softmax by a learned kernel of rank 16."
COMPARE = "Compare LanternNet and TideFormer."


def test_a_line_that_names_the_other_paper_is_not_told(ask):
    answer = ask(COMPARE, f"1: {LANTERN}\n2: {LANTERN}\n")
    first, second = answer.text.splitlines()
    assert LANTERN in first
    assert second.startswith("- TideFormer")
    assert "kernel" not in second
    assert [c.reason for c in answer.claims if not c.supported] == ["names another paper"]


@pytest.mark.parametrize(
    ("says", "is_compared"),
    [("", True), (" It is faster than TideFormer.", False), (" TideFormers are slower.", False)],
)
def test_a_paper_that_speaks_of_the_other_has_compared_itself(library, says, is_compared, tmp_path):
    papers = tmp_path / "papers.csv"
    papers.write_text(
        "title,abstract\n"
        f'LanternNet: Cheap Kernels,"LanternNet learns a kernel and is fast.{says}"\n'
        'TideFormer: A Transformer,"It reads tide tables."\n'
    )
    library.add(papers)
    text = library.ask("How much faster is LanternNet than TideFormer?").text
    assert text.startswith("- LanternNet") == is_compared
