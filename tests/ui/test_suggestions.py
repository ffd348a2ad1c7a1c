from paperqa import Library
from paperqa.types import Paper
from paperqa.ui.suggestions import FOR_SAMPLE, first_questions, follow_ups


def cited(*titles):
    return {"citations": [{"title": title} for title in titles], "evidence": []}


def test_first_questions_are_made_from_titles_and_years():
    titles = ["Alpha: Sparse Attention", "Beta: On Sparse Attention", "Gamma: Dense", "No name"]
    papers = [Paper(t, t, "", "", published="2023") for t in titles]
    assert first_questions(papers) == [
        "Which papers are about “sparse attention”?",
        "How does Alpha work?",
        "How do Beta and Gamma differ?",
        "Which papers are from 2023?",
    ]


def test_papers_without_name_and_year_still_give_a_question():
    assert first_questions([Paper("p", "Fog at sea", "", "")]) == ["What is “Fog at sea” about?"]
    assert first_questions([Paper("p", "", "", "")]) == []


def test_follow_ups_name_what_was_cited():
    assert follow_ups(cited("Alpha: Sparse Attention in BERT"), ()) == [
        "How does Alpha work?",
        "What results does Alpha report?",
        "Which other papers are about sparse attention in BERT?",
    ]
    assert follow_ups(cited("Fog: A BERT for Gauges"), ())[2] == (
        "Which other papers are about a BERT for gauges?"
    )
    assert follow_ups(cited("A: One", "B: Two"), ())[0] == "How do A and B differ?"
    assert follow_ups(cited("Fog at sea"), ())[0] == "How does “Fog at sea” work?"
    assert follow_ups(cited("Sparse Transformers: A Study"), ())[0] == (
        "How do Sparse Transformers work?"
    )


def test_what_was_asked_is_not_suggested_again():
    asked = ["how does alpha work?"]
    assert "How does Alpha work?" not in follow_ups(cited("Alpha: Sparse"), asked)


def test_after_a_refusal_the_nearest_papers_are_suggested():
    refusal = {"citations": [], "evidence": [{"title": "Fog"}, {"title": ""}]}
    assert follow_ups(refusal, ()) == ["What is “Fog” about?"]


def test_the_sample_answers_what_is_suggested_for_it(tmp_path, embedding):
    with Library(tmp_path / "library", embedding=embedding) as library:
        for question in FOR_SAMPLE:
            answer = library.ask(question)
            assert not answer.refused
            for next_question in follow_ups(answer.to_dict(), [question]):
                assert not library.ask(next_question).refused
