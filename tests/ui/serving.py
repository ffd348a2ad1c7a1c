"""The page over real HTTP, and its buttons pressed without a browser."""

import json
import re
import socket
import threading
from contextlib import contextmanager

import httpx
import uvicorn


@contextmanager
def serving(app, port=0):
    """A server of `app` on a port (else a free one) of the loopback interface; its address."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=0)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def press(client, label, data):
    """What the page's button of that name gives for the values of its inputs."""
    config = client.get("config").json()
    button = next(c["id"] for c in config["components"] if c["props"].get("value") == label)
    return _run(client, data, lambda event: [button, "click"] in event["targets"], config)


def shown(client, label):
    """What is loaded with the page into the component of that name and those beside it."""
    config = client.get("config").json()
    it = next(c["id"] for c in config["components"] if c["props"].get("label") == label)

    def loads(event):
        return it in event["outputs"] and event["backend_fn"] and event["targets"][0][1] == "load"

    return _run(client, [], loads, config)


def _run(client, data, is_it, config):
    event = next(event["id"] for event in config["dependencies"] if is_it(event))
    body = {"data": data, "fn_index": event, "session_hash": "session"}
    client.post("gradio_api/queue/join", json=body).raise_for_status()
    with client.stream("GET", "gradio_api/queue/data?session_hash=session") as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data: ")) if line else {}
            if message.get("msg") == "process_completed":
                assert message["success"], message
                return message["output"]["data"]
    raise AssertionError("the event was never completed")


@contextmanager
def logged_in(address, name, password):
    """A client that is logged in."""
    with httpx.Client(base_url=address, timeout=20) as client:
        done = client.post("login", data={"name": name, "password": password})
        assert done.status_code == 303, done.text
        yield client


def words(html):
    """The text of a piece of HTML."""
    return re.sub("<[^>]+>", "", html)


QUESTIONS = [
    ("Which rank does the kernel of LanternNet have?", "LanternNet: Cheap Kernels in Place of "
     "Softmax Attention", "16"),
    ("How many gauges was TideFormer tried on?", "TideFormer: A Transformer for Tide Gauges", "42"),
    ("How many heads does HeadTrim remove?", "Pruning Heads in Speech Encoders Without Regret",
     "40"),
]  # fmt: skip


def write_questions(file, times):
    """A question set on the made-up papers, the same three again and again."""
    rows = [
        {"id": f"q{n}", "question": question, "titles": [title], "keys": [[key]]}
        for n, (question, title, key) in enumerate(QUESTIONS * times)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
