"""A claim fails for a strange name or number, a denial or a turned direction; else words decide."""

import numpy as np
import pytest

from paperqa.support import check_support, cosines, coverage, names

QUOTE = "OrchardNet counts birds in 30 seconds and needs less memory than DuskNet."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GPT-4 and MiniLM beat BERT on SQuAD", {"gpt-4", "minilm", "bert", "squad"}),
        ("T5s, LLMs and BERT's heads", {"t5", "llm", "bert"}),
        ("ImageNet-1K", {"imagenet-1k"}),
        ("Transformers learn in-context, say we; Mamba too", set()),
    ],
)
def test_names_are_told_from_words(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    ("claim", "quotes", "failure"),
    [
        ("OrchardNet counts birds in 30 seconds.", QUOTE, ""),
        ("GPT-4 counts birds.", QUOTE, "not in the paper: gpt-4"),
        ("ZetaNet and GPT-4 count birds.", QUOTE, "not in the paper: gpt-4, zetanet"),
        ("It counts birds in 40 seconds.", QUOTE, "not in the quote: 40"),
        ("It cannot count birds.", QUOTE, "denies what the quote does not deny"),
        ("It doesn't count birds.", QUOTE, "denies what the quote does not deny"),
        ("It lacks labels.", "It has no labels.", ""),
        ("It needs more memory than DuskNet.", QUOTE, "turns the quote's direction round"),
        ("It increases noise.", "It reduces noise.", "turns the quote's direction round"),
        ("It lowers noise.", "Noise is reduced.", ""),
        ("It improves recall.", "It improves recall and reduces noise.", ""),
    ],
)
def test_four_conditions_are_hard(claim, quotes, failure):
    assert check_support(claim, quotes, QUOTE).failure == failure


def test_a_name_may_stand_anywhere_in_the_paper():
    assert not check_support("MossNet counts.", "It counts.", "MossNet is new. It counts.").failure


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


@pytest.mark.xfail(strict=True, reason="support.py:23-41,65: denials and directions it misses")
@pytest.mark.parametrize(
    ("claim", "quotes", "fails"),
    [
        ("It doesn’t need labels.", "It needs labels.", True),  # the apostrophe of typesetting
        ("It does not need labels.", "It doesn’t need labels.", False),
        ("It needs labels.", "It does not need labels.", True),  # the quote denies
        ("The error falls with depth.", "The error rises with depth.", True),
    ],
)
def test_denials_and_directions_are_seen_in_other_words_too(claim, quotes, fails):
    assert bool(check_support(claim, quotes, quotes).failure) is fails
