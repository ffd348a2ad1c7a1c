"""A key string is found however it is typed, and only as whole words and numbers."""

import pytest

from paperqa.evaluation.matching import holds, holds_all, plain


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("It finds 34.7\\% of them.", "34.7 %"), ("1,024 tiles", "1024"),
        ("2048000 tiles", "2,048,000"), ("$3\\times$ faster", "3×"),
        ("self-attention", "Self Attention"), ("a top‑1 score", "top-1"), ("Heron’s", "heron's"),
        ("(7)", "7"), ("5, 6 and 7.", "7"),
    ],
)  # fmt: skip
def test_a_key_is_held_in_any_typing(text, key):
    assert holds(text, key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("134.7", "34.7"), ("7.5", "7"), ("0.7", "7"), ("1,7", "7"), ("1.4B", "1.4"),
        ("ResNet", "Res"), ("34.7", "34.7%"), ("10,240", "1024"), ("", "7"),
    ],
)  # fmt: skip
def test_a_part_of_a_number_or_word_is_no_match(text, key):
    assert not holds(text, key)


def test_every_group_needs_one_of_its_alternatives():
    assert holds_all("three ferries", [["3", "three"], ["ferries"]])
    assert not holds_all("three ferries", [["3", "three"], ["gulls"]])
    assert holds_all("anything", [])
    assert not holds_all("anything", [[]])


def test_plain_text_has_one_form():
    assert plain("  Top–1\n of $X$_Y ") == "top 1 of x y"
