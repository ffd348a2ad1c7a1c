"""The verdict that is read off a model's first token."""

import math
from pathlib import Path

import pytest

from paperqa.answering import verdict
from paperqa.answering.verdict import ODDS, PROMPTS, Probe, odds_of_yes, probes, values
from paperqa.models.artefacts import LOCAL_MODEL, manifest
from paperqa.prompts import fingerprint


def first(yes, **more):
    return {"yes": math.log(yes), " No": math.log(1 - yes), **more}


def test_odds_are_of_yes_however_it_is_written():
    assert odds_of_yes(first(0.5)) == pytest.approx(0)
    assert odds_of_yes(first(0.75)) == pytest.approx(math.log(3), abs=1e-4)
    assert odds_of_yes({"Yes": math.log(0.5), " yes ": math.log(0.25), "no": math.log(0.25)}) > 1
    assert odds_of_yes({"maybe": 0.0}) == 0


def test_a_token_that_is_not_among_the_likeliest_is_less_likely_than_they():
    found = values({"yes": -0.1, "it": -7.0}, ["it", "unheard", ODDS])
    assert found[:2] == [-7.0, -7.5]
    assert found[2] == pytest.approx(math.log(math.exp(-0.1) / 1e-6), abs=1e-3)


def test_a_probe_weighs_what_it_knows():
    probe = Probe("m", "", 0.5, {"it": 2.0, ODDS: 1.0})
    assert probe.log_odds({"it": -1.0, "yes": -9.0, "no": -9.0}) == pytest.approx(0.5 - 2.0)


def test_the_probe_is_the_local_model_s_and_fits_these_prompts():
    """Whoever changes what the model reads has to fit it anew: `benchmarks/verdict.py --save`."""
    of_local, of_any = probes()
    (weights,) = [f for f in manifest()[LOCAL_MODEL].files if f.name.endswith(".gguf")]
    assert of_local.model == Path(weights.name).stem
    assert {probe.prompts for probe in probes()} == {fingerprint(*PROMPTS)}
    assert (of_any.model, list(of_any.weights)) == ("", [ODDS])


def test_any_other_model_is_judged_by_its_odds():
    unsure, sure = (verdict.verdict("another", first(yes)) for yes in (0.3, 0.95))
    assert unsure < 0 < sure
