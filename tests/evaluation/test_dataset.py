"""Question sets are read line by line; a wrong line is named with what is wrong there."""

import json

import pytest

from paperqa.errors import InputError
from paperqa.evaluation.dataset import Sample, load_dataset

ROW = {"id": "a", "split": "dev", "kind": "fact", "question": "How many ferries?"}


@pytest.fixture
def write(tmp_path):
    def write(*rows):
        file = tmp_path / "questions.jsonl"
        lines = (r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows)
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    return write


def test_samples_are_read_from_a_file_or_its_folder(write):
    full = ROW | {"id": "b", "split": "test", "titles": ["T"], "keys": [["7", "seven"]]}
    file = write(ROW, "", full | {"history": ["Who sails?"], "reference": "Se\u2028ven."})
    first, second = load_dataset(file)
    assert first == Sample("a", "dev", "fact", "How many ferries?")
    assert (second.titles, second.keys) == (("T",), (("7", "seven"),))
    assert (second.history, second.reference) == (("Who sails?",), "Se\u2028ven.")
    assert load_dataset(file.parent, "test") == (second,)
    assert load_dataset(file, "dev") == (first,)


def test_a_line_of_your_own_needs_little(write):
    (mine,) = load_dataset(write({"id": "a", "question": "How many?", "keys": [["7", "seven"]]}))
    assert mine == Sample("a", "test", "fact", "How many?", keys=(("7", "seven"),))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "Expecting"), ("[]", "not a JSON object"),
        (ROW | {"answer": "7"}, "unknown fields: answer"),
        (ROW | {"question": " "}, "question is missing, empty or not a text"),
        ({"id": "a"}, "question is missing"), (ROW | {"id": 7}, "id is missing, empty or not a"),
        (ROW | {"split": None}, "split is missing"), (ROW | {"split": "all"}, "split is 'all'"),
        (ROW | {"kind": "riddle"}, "kind is 'riddle'; it may be fact,"),
        (ROW | {"reason": "boredom"}, "reason is 'boredom'"),
        (ROW | {"titles": None}, "titles holds None"), (ROW | {"titles": "T"}, "titles holds 'T'"),
        (ROW | {"keys": ["34.7"]}, "keys holds '34.7', which is no list of strings"),
        (ROW | {"keys": None}, "keys is no list"), (ROW | {"keys": {"7": 1}}, "keys is no list"),
        (ROW | {"history": [7]}, "history holds [7]"),
        (ROW | {"reference": 7}, "reference is not a text"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(write, row, message):
    file = write(ROW, row)
    with pytest.raises(InputError) as caught:
        load_dataset(file)
    assert str(caught.value).startswith(f"{file}, line 2: ")
    assert message in str(caught.value)


def test_a_set_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="no such question set"):
        load_dataset(tmp_path)
