"""A response is made of whatever an answerer gives; its quotes are held against the papers."""

import json

import pytest

from paperqa.evaluation.response import Cited, Response
from paperqa.types import Answer, Citation, Claim, Evidence, Paper, Passage, Sentence

PAPER = Paper("p1", "Gulls", "", "Gulls nest. Gulls fly.")
PAPERS = {"p1": PAPER}
SENTENCE = Sentence(0, 11, "Gulls nest.", 1.0)
ANSWER = Answer(
    "And?", "What do gulls do?", "They nest. [1]", False,
    claims=(Claim("They nest.", (1,), True, "same words"), Claim("They swim.", (), False, "no")),
    citations=(Citation(1, "p1", "Gulls", "Gulls nest.", 0, 11, 0.9),),
    evidence=(Evidence(PAPER, Passage("", "p1", 0, 11, "", ()), 1, 1, 1, 1, (SENTENCE,), 1),),
    model="qwen", confidence=0.5, usage={"prompt_tokens": 3}, cost=0.01, timings={"total": 1.5},
)  # fmt: skip


def test_an_answer_is_reduced_to_what_is_scored():
    reduced = Response(
        "They nest. [1]",
        claims=(("They nest.", True, "same words"), ("They swim.", False, "no")),
        cited=(Cited("Gulls", "Gulls nest.", known=True, exact=True),),
        found=("Gulls",),
        standalone="What do gulls do?",
        model="qwen",
        confidence=0.5,
        seconds={"total": 1.5},
        usage={"prompt_tokens": 3},
        cost=0.01,
    )
    assert Response.of(ANSWER, PAPERS.get) == reduced
    assert Response.of(ANSWER.to_dict(), PAPERS.get) == reduced
    assert Response.read(json.loads(json.dumps(reduced.to_dict()))) == reduced


@pytest.mark.parametrize("given", ["They nest.", {"text": "They nest.", "colour": "white"}])
def test_a_text_is_enough(given):
    response = Response.of(given, PAPERS.get)
    assert response == Response("They nest.")
    assert Response.read(json.loads(json.dumps(response.to_dict()))) == response


def test_no_evidence_is_told_from_evidence_that_is_empty():
    assert Response.of({"text": ""}).found is None
    assert Response.of({"text": "", "evidence": []}).found == ()


@pytest.mark.parametrize(
    ("citation", "known", "exact"),
    [
        ({"paper_id": "p1", "quote": "Gulls fly.", "start": 12, "end": 22}, True, True),
        ({"paper_id": "p1", "quote": "Gulls fly.", "start": 11, "end": 21}, True, False),
        ({"paper_id": "p1", "quote": "Gulls swim.", "start": 12, "end": 22}, True, False),
        ({"paper_id": "p1", "quote": "gulls fly.", "start": 12, "end": 22}, True, False),
        ({"paper_id": "p1", "quote": "Gulls fly."}, True, True),  # it doesn't say where
        ({"paper_id": "p1", "quote": "Gulls swim."}, True, False),
        ({"paper_id": "p1", "quote": "", "start": 0, "end": 0}, True, None),
        ({"paper_id": "p2", "quote": "Gulls fly."}, False, False),
        ({"paper_id": "p1", "title": "Terns", "quote": "Gulls fly."}, False, True),
        ({"paper_id": "p1", "title": "GULLS"}, True, None),
        ({"quote": "Gulls fly."}, None, None),
    ],
)
def test_a_citation_is_held_against_its_paper(citation, known, exact):
    given = {"text": "", "citations": [{"title": "Gulls"} | citation]}
    (cited,) = Response.of(given, PAPERS.get).cited
    assert (cited.known, cited.exact) == (known, exact)
    (cited,) = Response.of(given).cited
    assert (cited.known, cited.exact) == (None, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "text: Field required"), ({"text": None}, "text: Input should be"),
        ({"text": "", "citations": [{"title": "T"}, {"quote": "q"}]},
         "citations.1.title: Field required"),
        ({"text": "", "citations": [{"title": "T", "start": "x"}]}, "citations.0.start"),
        ({"text": "", "claims": ["They nest."]}, "claims.0: "),
        ({"text": "", "evidence": [{}]}, "evidence.0.title: Field required"),
        ({"text": "", "timings": {"total": "soon"}}, "timings.total: "),
        (None, "NoneType is no answer"), (7, "int is no answer"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named(given, message):
    with pytest.raises(ValueError, match=message):
        Response.of(given)
