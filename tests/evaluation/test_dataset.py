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
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    return write


def test_samples_are_read_from_a_file_or_its_folder(write):
    full = ROW | {"id": "b", "split": "test", "titles": ["T"], "keys": [["7", "seven"]]}
    file = write(ROW, "", full | {"history": ["Who sails?"], "reference": "Seven."})
    first, second = load_dataset(file)
    assert first == Sample("a", "dev", "fact", "How many ferries?")
    assert (second.titles, second.keys) == (("T",), (("7", "seven"),))
    assert (second.history, second.reference) == (("Who sails?",), "Seven.")
    assert load_dataset(file.parent, "test") == (second,)
    assert load_dataset(file, "dev") == (first,)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "Expecting"), ("[]", "not a JSON object"),
        (ROW | {"answer": "7"}, "unknown fields: answer"),
        (ROW | {"question": " "}, "question is missing or empty"),
        ({"id": "a"}, "split is missing"),
        (ROW | {"kind": "riddle"}, "kind is 'riddle'; it may be fact,"),
        (ROW | {"reason": "boredom"}, "reason is 'boredom'"), (ROW | {"titles": None}, "NoneType"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(write, row, message):
    with pytest.raises(InputError, match=r"line 2: .*") as caught:
        load_dataset(write(ROW, row))
    assert message in str(caught.value)


def test_a_set_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="no such question set"):
        load_dataset(tmp_path)


@pytest.mark.xfail(strict=True, reason="dataset.py:49,71-72")
@pytest.mark.parametrize("wrong", [{"keys": ["34.7"]}, {"titles": "T"}])
def test_a_string_in_the_place_of_a_list_is_not_cut_into_letters(write, wrong):
    with pytest.raises(InputError, match="line 1"):
        load_dataset(write(ROW | wrong))


@pytest.mark.xfail(strict=True, reason="dataset.py:49: splitlines ends a line at U+2028 too")
def test_a_line_separator_within_a_string_ends_no_line(write):
    row = ROW | {"reference": "one\u2028two"}
    assert load_dataset(write(json.dumps(row, ensure_ascii=False)))[0].reference == "one\u2028two"
