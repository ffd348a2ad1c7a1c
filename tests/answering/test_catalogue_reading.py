"""Questions to the catalogue that only a model can read: what we take of what it says."""

import pytest
from tests.fake_vendor import serving

from paperqa import Library
from paperqa.answering.catalogue_conditions import CatalogueQuestion
from paperqa.answering.catalogue_question import exactly
from paperqa.answering.catalogue_reading import read_by_model, speaks_of_catalogue
from paperqa.errors import EndpointError
from paperqa.models.chat import load_chat
from paperqa.settings import load_settings

SINCE_2023 = "Anything put out since the year 2023?"
PEOPLE = "What did a crew larger than 10 put their minds to?"
WORDS = "Tide gauges report one number every six minutes, with gaps."


@pytest.fixture
def ask(filled, embedding):
    """Asks with a model that replies so; gives the answer and the requests that it took."""

    def run(question, *replies, model="m"):
        said = iter(replies)
        with serving(lambda _self, _body: [next(said, WORDS)]) as (url, seen):
            settings = load_settings(llm=f"{url}#{model}", cache=False)
            with Library(filled.folder, settings=settings, embedding=embedding) as library:
                return library.ask(question), seen

    return run


@pytest.fixture
def read():
    """What a reply to a question is read as."""

    def run(question, reply):
        pieces = [reply[n : n + 9] for n in range(0, len(reply), 9)]
        with serving(lambda _self, _body: pieces) as (url, _):
            return read_by_model(load_chat(load_settings(llm=f"{url}#m")), question, {})

    return run


def test_the_model_is_sent_examples_and_the_question_alone_on_one_line(ask):
    answer, (request,) = ask(SINCE_2023.replace(" ", "\n"), '{"ask": ["papers"], "since": "2023"}')
    system, *examples, question = request["messages"]
    assert question == {"role": "user", "content": SINCE_2023}
    assert system["role"] == "system"
    assert {message["role"] for message in examples} == {"user", "assistant"}
    assert answer.text.startswith("- LanternNet: Cheap Kernels")
    assert answer.usage == {"prompt_tokens": 7, "completion_tokens": 9}
    assert answer.model == "extractive"  # none of its words are shown


@pytest.mark.parametrize(
    ("question", "reply", "text"),
    [
        (PEOPLE, '{"ask": ["papers"], "team": [11, null]}', "Quiet Gradients"),
        ("LanternNet, its year and its makers' headcount?", '{"ask": ["team", "date"]}',
         "was published on 2023-03-03 and has 4 authors."),
        ("Whose work are these?", '{"ask": ["organizations"], "new": 1}', "- Harbour Lab: Tide"),
        ("Which year saw how much, and how many of them?", '{"ask": ["count", "years"]}',
         "5 of the 5 papers are in the catalogue; by year: 2023: 1"),
        ("How many had a lone author?", 'Well: {"ask": ["count"], "team": [1, 1]}', "1 of the 5"),
        ("Which of them are from Harbour Lab?", '{"ask": ["names"], "by": "Harbour Lab"}', "- Tid"),
        ("Which of these came from Nowhere Lab?", '{"ask": ["papers"], "by": "Nowhere Lab"}',
         "The catalogue has no such paper."),
        ("How many of the titles say net?", '{"ask": ["count"], "title": "net"}', "0 of the 5"),
    ],
)  # fmt: skip
def test_what_the_model_reads_the_catalogue_answers(ask, question, reply, text):
    answer, seen = ask(question, reply)
    assert text in answer.text
    assert len(seen) == 1


@pytest.mark.parametrize(
    "reply",
    [
        '{"ask": ["content"]}', '{"ask": ["content", "count"]}', "{ask: [papers]}", "", "2023",
        '{"ask": []}', '{"ask": ["title"]}', '{"ask": ["papers"], "since": "May 2023"}',
        '{"ask": ["papers"], "since": "2023-13"}', '{"ask": ["papers"], "since": "2023-01-32"}',
        '{"ask": ["papers"], "team": "ten"}', '{"ask": ["papers"], "team": [2023, 3]}',
        '{"ask": ["papers"], "team": [-1, 2023]}', '{"ask": ["papers"], "title": {"a": 1}}',
        '{"ask": ["papers"], "since": "2023", "until": "2022"}',
        '{"ask": ["count"], "by": "the year"}',
        '{"ask": ["count"], "missing": "abstract"}', '{"ask": ["papers"], "since": "2021"}',
        '{"ask": ["papers"], "until": "2023-02", "since": "2020"}',
        '{"ask": ["papers"], "since": "2023", "team": [3, 3]}',
        '{"ask": ["papers"], "since": "2023", "team": [0, 7]}',
        '{"ask": ["papers"], "since": "2023", "team": [4, null]}',
        '{"ask": ["papers"], "since": "2023", "by": "Marsh Institute"}',
        '{"ask": ["papers"], "since": "2023", "title": "tides"}',
        '{"ask": ["papers"], "since": "2023", "not": "fog"}',
        "So, " * 200 + '{"ask": ["papers"], "since": "2023"}',
    ],
)  # fmt: skip
def test_what_is_not_valid_or_not_in_the_question_is_no_reading(read, reply):
    assert read(SINCE_2023, reply) is None


@pytest.mark.parametrize(
    ("question", "reply", "meant"),
    [
        ("newer than 2016?", '"since": 2017', {"since": "2017"}),
        ("what predates May 2016", '"until": "2015-12"', {"until": "2015-12"}),
        ("a dozen or more names", '"team": [12, null]', {"team": (12, 9999)}),
        ("upwards of a dozen names", '"team": [13, null]', {"team": (13, 9999)}),
        ("under six heads", '"team": [0, 5]', {"team": (0, 5)}),
        ("by a trio, m²", '"team": [3, 3]', {"team": (3, 3)}),
        ("who worked alone", '"team": [1, 1]', {"team": (1, 1)}),
        ("any crew", '"team": [1, null]', {}),
        ("by three from the hospital", '"by": "hospital", "team": [3, 3]', {"team": (3, 3)}),
        ("any crew", '"by": " ", "title": [" "]', {}),
        ("out of Marsh Institute", '"by": "Marsh Institute"', {"by": "Marsh Institute"}),
        ("Gothic or Tide in front", '"title": ["Gothic", "tide"]', {"titled": ("Gothic", "tide")}),
        ("the papers", '"topic": "papers"', {}),
        ("the biggest of 2016", '"order": "largest team"', {"order": "largest team"}),
    ],
)
def test_what_stands_in_the_question_is_taken(read, question, reply, meant):
    assert read(question, f'{{"ask": ["papers"], {reply}}}') == CatalogueQuestion(
        ("papers",), **meant
    )


@pytest.mark.parametrize(
    ("question", "reading", "meant"),
    [
        ("How much predates 2021?", {"since": "2021"}, {"until": "2020"}),
        ("How big is the 2023 crop?", {"since": "2023"}, {"since": "2023", "until": "2023"}),
        ("That of New Year's Day 2022?", {"since": "2022-01-01", "until": "2022-01-01"},
         {"since": "2022-01-01", "until": "2022-01-01"}),
        ("Out in January and December 2021?", {"since": "2021-01", "until": "2021-12"},
         {"since": "2021-01", "until": "2021-12"}),
        ("Its data of 2012?", {}, {}),
        ("What of those with two authors?", {"team": (2, 9999)}, {"team": (2, 2)}),
        ("Those about fog by Meta?", {"by": "Ada", "topic": "fog"}, {"by": "Meta", "topic": "fog"}),
        ("The newest on fog?", {"order": "oldest"}, {"order": "newest"}),
    ],
)  # fmt: skip
def test_the_rules_win_where_they_are_exact(question, reading, meant):
    read = exactly(CatalogueQuestion(("count",), **reading), question, frozenset({"Meta"}))
    assert read == CatalogueQuestion(("count",), **meant)


@pytest.mark.parametrize(
    ("question", "n", "text"),
    [
        ("How many papers are from 2023?", 0, "1 of the 5 papers is from 2023"),  # read by rules
        ("When was LanternNet published?", 0, "2023-03-03"),
        ("What does TideFormer embed?", 1, ""),  # no cue: asked once, for the answer
        ("Which papers are by anyone but not from 2023?", 0, ""),  # can't be expressed
        ("Which papers from 2023 deal with quick cheap kernels?", 1, "- LanternNet"),
        ("Who put up the fewest heads for LanternNet?", 2, ""),
    ],
)
def test_the_model_reads_only_what_the_rules_leave_open(ask, question, n, text):
    answer, seen = ask(question, '{"ask": ["content"]}' if n else "")
    assert text in answer.text
    assert len(seen) <= n


def test_the_model_s_topic_is_better_than_what_the_rules_leave(ask):
    question = "Lone wolves: which papers from 2023 shed light on kernels, in all they do?"
    answer, _ = ask(question, '{"ask": ["count"], "topic": "kernels"}')
    assert answer.text == "1 of the 5 papers is from 2023 and is on kernels."


@pytest.mark.parametrize("reply", ['{"ask": ["papers"], "topic": "tides"}',
                                   '{"ask": ["count"], "topic": "tides"}',
                                   '{"ask": ["organization"]}'])  # fmt: skip
def test_by_its_topic_alone_or_where_nothing_is_known_the_papers_answer(ask, reply):
    _, (first, then) = ask("Does LanternNet replace the softmax of a company's model?", reply)
    assert len(first["messages"]) > len(then["messages"])


def test_a_failing_server_is_told_and_the_evidence_is_there(filled, embedding):
    with serving() as (url, _):
        settings = load_settings(llm=f"{url}#dies", cache=False)
        with Library(filled.folder, settings=settings, embedding=embedding) as library:
            stream = library.stream(SINCE_2023)
            with pytest.raises(EndpointError, match="broke off"):
                list(stream)
            assert stream.evidence


@pytest.mark.parametrize("question", ["What does LanternNet replace?", "How many heads has it?",
                                      "Which papers use a learned kernel?"])  # fmt: skip
def test_what_has_no_word_of_the_catalogue_is_not_read_by_a_model(question):
    assert not speaks_of_catalogue(question)
