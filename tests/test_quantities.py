"""Numbers are compared by value and kind of unit, however they are typed."""

import pytest

from paperqa.quantities import Quantity, quantities, without_match


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("34.7\\%", 34.7, "%"), ("34.7 %", 34.7, "%"), ("a 2-point gain", 2, "%"),
        ("ten percent", 10, "%"), ("80 times", 80, "×"), ("$3\\times$ faster", 3, "×"),
        ("2.5x", 2.5, "×"), ("2-fold", 2, "×"), ("4 GB", 4, "gb"), ("1.4B parameters", 1.4e9, ""),
        ("1.4 billion", 1.4e9, ""), ("300k", 3e5, ""), ("1,024 tiles", 1024, ""), ("1,5", 1.5, ""),
        ("1,234,567.80", 1234567.8, ""), ("Seven tasks", 7, ""), ("a 12-layer encoder", 12, ""),
        ("a twelve-layer encoder", 12, ""), ("GPT-4 has 96 layers", 96, ""), ("80\\,\\%", 80, "%"),
        ("$\\sim$80\\%", 80, "%"), ("7 ms", 7, "ms"), ("2 percentage points", 2, "%"),
    ],
)  # fmt: skip
def test_a_quantity_is_read_with_its_unit(text, value, unit):
    assert quantities(text) == (Quantity(pytest.approx(value), unit),)


@pytest.mark.parametrize(
    "text", ["", "no figures", "GPT-4, T5 and COVID-19", "LLaMA-7B", "often", "twenty-one"]
)
def test_words_that_hold_digits_are_no_numbers(text):
    assert quantities(text) == ()


def test_quantities_keep_their_order_and_number_words_may_be_left_out():
    assert [q.value for q in quantities("two of 30 in 0.5 s")] == [2, 30, 0.5]
    assert [q.value for q in quantities("two of 30 in 0.5 s", words=False)] == [30, 0.5]


@pytest.mark.parametrize(
    ("claim", "quoted", "missing"),
    [
        ("34.7% of calls", "34.7\\% of calls", ()), ("1.4B", "1,400 million", ()),
        ("80 of them", "80% of them", ()), ("80 times", "80%", ("80×",)),
        ("80%", "80 times", ("80%",)), ("34.7 and 91", "134.7 and 91", ("34.7",)),
        ("2k tiles", "2 tiles", ("2000",)), ("3 heads", "three heads", ()),
        ("two heads", "both heads", ()), ("GPT-4", "no number", ()), ("4 heads", "GPT-4", ("4",)),
        ("5 hours", "5 ms", ("5",)), ("1,234,567 tiles", "", ("1234567",)),
    ],
)  # fmt: skip
def test_numbers_of_a_claim_must_be_quoted(claim, quoted, missing):
    assert without_match(claim, quoted) == missing
