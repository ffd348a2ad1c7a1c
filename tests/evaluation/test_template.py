"""The template is a question set that a newcomer can run as it is."""

import pytest

from paperqa.errors import InputError
from paperqa.evaluation.check import problems
from paperqa.evaluation.dataset import load_dataset
from paperqa.evaluation.template import write_template
from paperqa.readers import Document, read
from paperqa.sample import PAPERS


@pytest.fixture
def file(tmp_path):
    write_template(tmp_path / "questions.jsonl")
    return tmp_path / "questions.jsonl"


def test_it_keeps_the_promises_of_a_set_on_the_sample_papers(file):
    texts = {paper.title: paper.text for paper in read(Document.from_path(PAPERS))}
    assert problems(load_dataset(file), texts) == []


def test_it_shows_every_field_that_a_newcomer_needs(file):
    samples = load_dataset(file)
    assert {"fact", "explain", "list", "followup", "unanswerable"} == {s.kind for s in samples}
    assert any(len(sample.keys) > 1 for sample in samples)  # groups
    assert any(len(group) > 1 for sample in samples for group in sample.keys)  # alternatives
    assert "split" not in file.read_text()  # it is of no use in a set of six


def test_what_is_there_stays(file):
    file.write_text("mine")
    with pytest.raises(InputError, match="there already; name another file"):
        write_template(file)
    assert file.read_text() == "mine"
    with pytest.raises(InputError, match="can't be written"):
        write_template(file.parent / "nowhere" / "questions.jsonl")
