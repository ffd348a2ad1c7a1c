"""Answers without a model: quotes of the right paper, refusals, history, one path for all."""

import json

import pytest

from paperqa import Library, Where
from paperqa.errors import InputError

SOFTMAX = "Which method replaces the softmax by a learned kernel?"


def assert_exact(answer, library):
    """Every citation is an exact span of a paper of the library; markers and claims agree."""
    papers = {paper.id: paper for paper in library.papers()}
    for citation in answer.citations:
        paper = papers[citation.paper_id]
        assert paper.title == citation.title
        assert paper.text[citation.start : citation.end] == citation.quote
        assert f"[{citation.marker}]" in answer.text
    used = {marker for claim in answer.claims for marker in claim.markers}
    assert used == {citation.marker for citation in answer.citations}


@pytest.mark.parametrize(
    ("question", "title", "fact"),
    [
        (SOFTMAX, "LanternNet", "rank 16"),
        ("How much does word error rate rise when heads are removed?", "Pruning Heads", "5.3"),
        ("How long does training a translator on one laptop take?", "Quiet Gradients", "two days"),
        ("What does TideFormer embed as a token?", "TideFormer", "gauge"),
    ],
)
def test_facts_are_quoted_from_the_right_paper(filled, question, title, fact):
    answer = filled.ask(question)
    assert not answer.refused
    assert answer.citations[0].title.startswith(title)
    assert fact in answer.text
    assert_exact(answer, filled)


def test_a_list_cites_each_paper_once(filled):
    answer = filled.ask("Which papers replace or remove parts of attention?")
    assert len({c.paper_id for c in answer.citations}) == len(answer.citations) > 1
    assert_exact(answer, filled)


def test_what_nothing_is_about_is_refused_with_the_nearest_papers(filled):
    answer = filled.ask("Who won the football world cup in 1998?")
    assert answer.refused
    assert answer.citations == ()
    assert "Who won the football world cup" in answer.text
    assert answer.evidence[0].paper.title in answer.text


def test_a_library_whose_filter_fits_nothing_refuses(filled):
    answer = filled.ask(SOFTMAX, where=Where(years=(1990, 1991)))
    assert answer.refused
    assert answer.evidence == ()


def test_filters_restrict_what_answers(filled):
    answer = filled.ask("What is trained or forecast?", where=Where(organization="harbour lab"))
    assert {e.paper.organization for e in answer.evidence} == {"Harbour Lab"}


def test_evidence_is_there_before_the_first_word(filled):
    stream = filled.stream(SOFTMAX)
    assert stream.evidence[0].paper.title.startswith("LanternNet")
    pieces = list(stream)
    assert "".join(pieces).strip() == stream.answer.text
    assert list(stream) == []
    assert 0 < stream.answer.timings["evidence"] <= stream.answer.timings["total"]


def test_a_follow_up_is_understood_from_the_answer_before(filled):
    first = filled.ask("Which model fills gaps in tide gauges?")
    answer = filled.ask("And how long are the gaps that it fills?", history=[first])
    assert "TideFormer" in answer.standalone_question
    assert "9 hours" in answer.text


def test_the_same_question_gets_the_same_answer(filled):
    one, two = filled.ask(SOFTMAX).to_dict(), filled.ask(SOFTMAX).to_dict()
    for answer in (one, two):
        answer.pop("timings")
    assert one == two


def test_an_answer_is_json(filled):
    row = json.loads(json.dumps(filled.ask(SOFTMAX).to_dict()))
    assert row["citations"][0].keys() >= {"marker", "paper_id", "title", "quote", "start", "end"}
    assert row["claims"][0].keys() >= {"text", "markers", "supported", "reason"}


def test_an_empty_library_answers_from_the_sample_and_says_so(library):
    answer = library.ask("Which papers replace softmax attention with a cheaper alternative?")
    assert answer.sample
    assert len(answer.citations) > 2
    assert len(library) == 0


def test_the_sample_is_never_mixed_in(filled):
    answer = filled.ask("Which papers replace softmax attention with a cheaper alternative?")
    assert not answer.sample
    assert_exact(answer, filled)
    assert_no_sample = {e.paper.id for e in answer.evidence} - {p.id for p in filled.papers()}
    assert not assert_no_sample


def test_an_empty_question_is_an_error(filled):
    with pytest.raises(InputError):
        filled.ask("  ")


def test_without_the_local_model_answers_are_quotes_and_say_so(filled, tmp_path, embedding):
    from paperqa.settings import load_settings

    settings = load_settings(llm="local", models=tmp_path)
    with Library(filled.folder, settings=settings, embedding=embedding) as library:
        answer = library.ask(SOFTMAX)
    assert answer.model == "extractive"
    assert "paperqa models pull" in answer.notes[0]
    assert "rank 16" in answer.text


def test_an_answer_is_kept_and_given_again(filled):
    first = filled.ask(SOFTMAX)
    assert (filled.folder / "answers.db").exists()
    again = filled.ask(SOFTMAX)
    assert again.to_dict() | {"timings": {}} == first.to_dict() | {"timings": {}}
    assert_exact(again, filled)


def test_a_kept_answer_is_forgotten_when_the_library_changes(filled):
    answer = filled.ask(SOFTMAX)
    filled.remove(answer.citations[0].paper_id)
    assert not filled.ask(SOFTMAX).text.startswith(answer.text[:40])


def test_a_broken_cache_file_costs_nothing_but_time(filled):
    first = filled.ask(SOFTMAX)
    (filled.folder / "answers.db").write_bytes(b"no database")
    assert filled.ask(SOFTMAX).text == first.text


def test_without_the_cache_nothing_is_kept(filled, embedding):
    from paperqa.settings import load_settings

    with Library(
        filled.folder, settings=load_settings(cache=False), embedding=embedding
    ) as library:
        library.ask(SOFTMAX)
    assert not (filled.folder / "answers.db").exists()
