"""Indexing and generation take turns, in the order in which they came."""

import threading

import pytest

from paperqa.models import turns
from paperqa.models.turns import generate_in_turn, turn


def test_one_at_a_time_first_come_first_served():
    order, started = [], []

    def work(name):
        started.append(name)
        with turn():
            order.append(name)

    with turn():
        threads = []
        for n in range(5):
            thread = threading.Thread(target=work, args=(n,))
            thread.start()
            threads.append(thread)
            while len(turns._waiting) < n + 1:
                pass
        assert order == []
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4]


def test_a_failure_passes_the_turn_on():
    try:
        with turn():
            raise ValueError
    except ValueError:
        pass
    with turn():
        assert True  # would hang if the turn were lost
    assert not turns._busy


def test_a_long_run_lets_a_waiting_question_in():
    asked = threading.Event()
    batches_after_question = []

    def index():
        for n in range(1000):
            with turn():
                if asked.is_set():
                    batches_after_question.append(n)
                    return
                if n == 3:
                    question.start()
                    while not turns._waiting:
                        pass

    def ask():
        with turn():
            asked.set()

    question = threading.Thread(target=ask)
    index()
    question.join(5)
    assert batches_after_question == [4]


def numbers(n=5):
    for i in range(n):
        yield str(i)


def test_a_reader_who_stops_reading_keeps_nobody_waiting():
    stream = generate_in_turn(numbers)
    assert next(stream) == "0"
    with turn():  # would hang if the stream held the turn
        pass
    assert list(stream) == ["1", "2", "3", "4"]


def test_closing_stops_the_generation():
    made, closed = [], threading.Event()

    def endless():
        try:
            while True:
                made.append(1)
                yield "x"
        finally:
            closed.set()

    stream = generate_in_turn(endless)
    next(stream)
    stream.close()
    assert closed.wait(5)


def test_an_error_reaches_the_reader():
    def fails():
        yield "a"
        raise ValueError("broke off")

    stream = generate_in_turn(fails)
    assert next(stream) == "a"
    with pytest.raises(ValueError, match="broke off"):
        next(stream)
