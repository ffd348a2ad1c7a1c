"""A model that says what a test tells it, when it is told; over HTTP, and so is its end."""

import queue
import select
import socket
import threading

_END = object()


class Told:
    """What the model of a page says, to one reader after the other.

    `gone` is set once one hangs up.
    """

    def __init__(self, address, library):
        self.address, self._library = address, library
        self.gone = threading.Event()
        self.mumbles = False  # says something all the time, though never a whole sentence
        self._words = queue.SimpleQueue()

    def say(self, *pieces):
        """Say the pieces to the reader that listens, or to the next one."""
        for piece in pieces:
            self._words.put(piece)

    def answer(self, *pieces):
        """Say a whole answer."""
        self.say(*pieces, _END)

    @property
    def settings(self):
        """Settings with this model."""
        return self._library.settings

    def goes(self, how):
        """From now on, the model is the one of that name."""
        llm = f"{self.settings.llm.partition('#')[0]}#{how}"
        self._library.use(self.settings.model_copy(update={"llm": llm}))

    def pieces(self, handler):
        """What `fake_vendor` streams."""
        while not self.gone.is_set():
            try:
                piece = self._words.get(timeout=0.05)
            except queue.Empty:
                if _has_hung_up(handler.connection):
                    self.gone.set()
                elif self.mumbles:
                    yield "and "
                continue
            if piece is _END:
                return
            yield piece


def _has_hung_up(connection):
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
