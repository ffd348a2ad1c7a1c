"""A claim fails for a strange name or number, a denial or a turned direction; else words decide."""

import numpy as np
import pytest

from paperqa.support import check_support, cosines, coverage, names

QUOTE = "OrchardNet counts birds in 30 seconds and needs less memory than DuskNet."
DENIES, DENIED = "denies what the quote does not deny", "states what the quote denies"
SEVERAL = "OrchardNet and DuskNet gain 5% and 3%, respectively."
SOME = "takes some of the figures that the quote gives in order"
TURNED = "turns the quote's direction round"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GPT-4 and MiniLM beat BERT on SQuAD", {"gpt-4", "minilm", "bert", "squad"}),
        ("T5s, LLMs and BERT's heads", {"t5", "llm", "bert"}), ("ImageNet-1K", {"imagenet-1k"}),
        ("Transformers learn in-context, say we; Mamba too", set()),
    ],
)  # fmt: skip
def test_names_are_told_from_words(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    ("claim", "quotes", "failure"),
    [
        ("ZetaNet and GPT-4 count birds.", QUOTE, "not in the paper: gpt-4, zetanet"),
        ("It counts birds in 40 seconds.", QUOTE, "not in the quote: 40"),
        ("It cannot count birds.", QUOTE, DENIES), ("It doesn't count birds.", QUOTE, DENIES),
        ("It doesn’t need labels.", "It needs labels.", DENIES),  # the apostrophe of typesetting
        ("It needs labels.", "It doesn’t need labels.", DENIED),
        ("It converges.", "It fails to converge.", DENIED),
        ("It needs more memory than DuskNet.", QUOTE, TURNED),
        ("It increases noise.", "It reduces noise.", TURNED),
        ("The error falls with depth.", "The error rises with depth.", TURNED),
        ("DuskNet gains 3%.", SEVERAL, SOME), ("It gains 5% and 3%.", SEVERAL, ""),
        ("It is slower.", "It is faster.", TURNED), ("It is worse.", "It is better.", TURNED),
    ],
)  # fmt: skip
def test_six_conditions_are_hard(claim, quotes, failure):
    assert check_support(claim, quotes, QUOTE).failure == failure


@pytest.mark.parametrize(
    ("claim", "quotes"),
    [
        ("OrchardNet counts birds in 30 seconds.", QUOTE), ("It lacks bias.", "It has no bias."),
        ("It does not need labels.", "It doesn’t need labels."),
        ("Long inputs work.", "Long inputs do not work alone. With memory, long inputs work."),
        ("It requires a frozen encoder.", "It does not require labels but a frozen encoder."),
        ("It is a label-free network.", "It does not label networks."),
        ("It beats labelled data.", "It works without labelled data."),
        ("It is fast and small.", "It is not only fast but small."),
        ("All heads learn.", "Depth Is Not All: heads learn."),
        ("It lowers noise.", "Noise is reduced."), ("It is faster.", "It reduces the time."),
        ("It improves recall.", "It improves recall and reduces noise."),
        ("It reduces noise and improves recall.", "It improves recall."),
        ("It outperforms the others.", "Its error is lower."), ("It rises.", "We raise it."),
        ("It improves the cost.", "It lowers the cost."), ("The error falls.", "The error drops."),
    ],
)  # fmt: skip
def test_a_claim_that_says_the_same_in_other_words_passes(claim, quotes):
    assert not check_support(claim, quotes, QUOTE).failure


def test_a_name_must_stand_in_the_quote_or_the_title():
    found = check_support("MossNet counts.", "It counts.", "MossNet is new. It counts.")
    assert found.failure == "its quote does not name: mossnet"
    assert not check_support("MossNet counts.", "MossNet: Moss It counts.", "MossNet").failure


def test_of_figures_in_order_none_is_taken_alone():
    listed = "We gain 3.1%|4.2%|5.3% for A|B|C models."
    assert check_support("It gains 4.2% for B.", listed, listed).failure.startswith("takes some")


def test_a_hyphenated_name_is_a_name():
    assert check_support("Set-of-Nets is fast.", "It is fast.", "").failure.endswith("set-of-net")


PAIRS = "It is 3.2x faster on large boards (MX-40) and 4.5x on cheap ones (MX-60)."


@pytest.mark.parametrize(
    ("claim", "is_mixed_up"),
    [
        ("It is 4.5x faster on an MX-40.", True), ("It is 3.2x faster on an MX-60.", True),
        ("It is 4.5x faster on an MX-60.", False), ("It is 3.2x faster on large boards.", False),
        ("It is 3.2x faster on an MX-40 and 4.5x on an MX-60.", False),
    ],
)  # fmt: skip
def test_a_figure_stays_with_its_name(claim, is_mixed_up):
    assert bool(check_support(claim, PAIRS, PAIRS).failure) == is_mixed_up


@pytest.mark.parametrize(
    ("cosine", "agreement"), [(None, 0.5), (1.0, 0.71), (0.5, 0.5), (-1.0, 0.29)]
)
def test_agreement_weighs_meaning_and_words(cosine, agreement):
    found = check_support("birds sing", "birds fly", "", cosine)
    assert found.agreement == pytest.approx(agreement)


def test_coverage_is_a_share_of_stems_without_stop_words():
    assert coverage("The birds counted", "it counts a bird") == 1.0
    assert coverage("birds, ferries, tides, fog", "a bird in fog") == 0.5
    assert coverage("the", "the") == coverage("", "birds") == 0.0


def test_cosines_compare_the_first_vector_with_the_others():
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], dtype=np.float32)
    assert cosines(vectors) == pytest.approx([0.6, 0.0])
