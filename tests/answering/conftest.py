"""A local model that says what a test has it say."""

import pytest


class Scripted:
    """A local model with a verdict and a reply for each paper that it reads."""

    name, is_local = "scripted", True

    def __init__(self, reply, odds=(3.0,)):
        self._reply, self._odds, self.read = reply, list(odds), 0

    def recall(self, prefix, slot=0):
        pass

    def in_turn(self, pieces):
        return pieces()

    def first_token(self, messages, usage, slot=0, *, n):
        self.read += 1
        return {"odds": self._odds[slot]}

    def reply(self, messages, usage, slot=0):
        yield from self._reply


@pytest.fixture
def ask(filled, monkeypatch):
    def asked(question, *reply, odds=(3.0,)):
        chat = Scripted(reply, odds)
        monkeypatch.setattr("paperqa.answering.single.verdict", lambda name, first: first["odds"])
        monkeypatch.setattr(filled, "_load_chat", lambda settings: (chat, ()))
        return filled.ask(question)

    return asked
