"""What the server answers, to whom, and with which headers; over real HTTP."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.routing import Mount

import paperqa.ui
from paperqa.cli_serve import serve
from paperqa.errors import InputError
from paperqa.ui.guard import HEADERS
from paperqa.ui.users import Users, add_user, remove_user
from tests.ui.serving import logged_in, press, serving, shown, words

WAIT = 0.3  # seconds that a wrong password costs here


@pytest.fixture
def client(address):
    with httpx.Client(base_url=address, timeout=20) as opened:
        yield opened


@pytest.fixture(scope="module")
def with_login(session_library, uploads, tmp_path_factory):
    """A server that knows ann, who owns it, and bob."""
    file = tmp_path_factory.mktemp("users") / "users"
    add_user(file, "ann", "correct horse")
    add_user(file, "bob", "battery staple")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("paperqa.ui.login._WAIT", WAIT)
        with serving(paperqa.ui.app(session_library, Users(file))) as url:
            yield url


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/", 200),
        ("GET", "/config", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/assets/nowhere.js", 404),
        ("GET", "/gradio_api/file=/etc/passwd", 404),
        ("PUT", "/gradio_api/upload", 405),
        ("POST", "/gradio_api/queue/join", 422),
    ],
)
def test_every_response_has_the_headers(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert {name: response.headers[name] for name in HEADERS} == HEADERS


def test_headers_name_no_other_host():
    assert not re.search(r"https?:|\*|ws:", HEADERS["Content-Security-Policy"])


@pytest.mark.parametrize(
    "host, status",
    [
        ("localhost:1234", 200),
        ("127.0.0.1", 200),
        ("[::1]:7860", 200),
        ("evil.example:7860", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost@evil.example", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
def test_only_this_machines_names_are_answered(client, host, status):
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_sites_page_gets_nothing(client, method, headers):
    response = client.request(method, "/config", headers=headers)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_the_page_itself_and_a_link_from_elsewhere_are_answered(client, address):
    assert client.get("/config", headers={"Origin": address}).status_code == 200
    assert client.get("/config", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200
    assert client.post("/config", headers=link).status_code == 403


def test_no_file_is_served_and_no_address_fetched(client, session_library):
    Path("secret.txt").write_text("secret")  # in the working directory
    catalogue = session_library.folder / "catalogue.db"
    assert catalogue.exists()
    for path in ("/etc/passwd", "secret.txt", str(Path("secret.txt").resolve()), str(catalogue),
                 str(session_library.folder), f"{session_library.folder}/tmp-uploads/../answers.db",
                 "..%2F..%2F..%2F..%2Fetc%2Fpasswd", __file__, paperqa.ui.__file__,
                 "http://localhost/x", "https://evil.example/x", "file:///etc"):  # fmt: skip
        assert client.get(f"/gradio_api/file={path}").status_code == 404, path
        assert client.get(f"/gradio_api/proxy={path}").status_code == 404, path
    assert client.get("/gradio_api/file%3Dhttp%3A%2F%2Fevil.example/x").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["docs", "openapi.json", "monitoring", "monitoring/summary", "login", "logout",
     "gradio_api/info", "gradio_api/openapi.json", "gradio_api/runs", "gradio_api/mcp",
     "gradio_api/startup-events", "gradio_api/dev/reload", "gradio_api/deep_link",
     "gradio_api/call/save", "gradio_api/run/predict", "gradio_api/vibe-code",
     "gradio_api/component_server"],
)  # fmt: skip
def test_what_gradio_has_beyond_the_page_is_closed(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_an_upload_lies_under_the_library_and_is_not_served(client, uploads):
    files = {"files": ("../../<b>.html", b"<script>alert(1)</script>")}
    (path,) = client.post("/gradio_api/upload", files=files).json()
    assert Path(path).is_relative_to(uploads)
    assert len(Path(path).relative_to(uploads).parts) == 2
    assert client.get(f"/gradio_api/file={path}").status_code == 404


def test_an_upload_of_more_than_50_mb_is_refused(client):
    response = client.post("/gradio_api/upload", files={"files": ("x.txt", bytes(52 * 2**20))})
    assert response.status_code == 413
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_request_that_is_too_large_or_of_unknown_length_is_not_read(client):
    assert client.post("/gradio_api/queue/join", content=bytes(5 * 2**20)).status_code == 413
    assert client.post("/gradio_api/queue/join", content=iter([b"{}"])).status_code == 411


def test_what_a_killed_server_left_is_deleted(library, monkeypatch):
    uploads = library.folder / "tmp-uploads"
    (uploads / "old").mkdir(parents=True)
    (uploads / "old" / "paper.txt").write_text("left")
    (uploads / "new").mkdir()
    os.utime(uploads / "old", (0, 0))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads))
    paperqa.ui.app(library)
    assert [path.name for path in uploads.iterdir()] == ["new"]


def test_another_applications_uploads_are_let_be(library, tmp_path, monkeypatch):
    (tmp_path / "theirs").touch()
    os.utime(tmp_path / "theirs", (0, 0))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    paperqa.ui.app(library)
    assert (tmp_path / "theirs").exists()


def test_events_stream_while_they_are_made(client):
    began = time.perf_counter()
    with client.stream("GET", "/gradio_api/heartbeat/session") as stream:
        assert next(stream.iter_lines()) == "data: ALIVE"
        assert stream.headers["content-security-policy"]
    assert time.perf_counter() - began < 5  # the stream itself has no end


def test_it_can_be_mounted_below_another_application(session_library, uploads):
    mounted = Starlette(routes=[Mount("/papers", paperqa.ui.app(session_library))])
    with serving(mounted) as address:
        client = httpx.Client(base_url=f"{address}/papers/", timeout=20)
        page = client.get("").text
        assets = set(re.findall(r'(?:src|href)="\./([^"]+)"', page))
        assert len(assets) >= 2
        for asset in assets | {"theme.css", "config"}:
            assert client.get(asset).status_code == 200, asset
        assert client.get("config").json()["root"] == f"{address}/papers"
        assert "nothing" in shown(client, "API key")[6]  # the queue runs, though nobody started it
        assert httpx.get(f"{address}/config").status_code == 404


def test_without_a_login_nothing_is_shown(with_login):
    with httpx.Client(base_url=with_login) as client:
        assert client.get("/").headers["location"] == "/login"
        page = client.get("/login").text
        assert "Password" in page
        assert "gradio" not in page
        for method, path in [
            ("GET", "config"), ("GET", "theme.css"), ("GET", "assets/x.js"), ("POST", "/"),
            ("POST", "gradio_api/upload"),
            ("POST", "gradio_api/queue/join"), ("GET", "gradio_api/queue/data?session_hash=x"),
            ("GET", "gradio_api/heartbeat/x"), ("POST", "gradio_api/cancel"),
            ("GET", "gradio_api/app_id"),
        ]:  # fmt: skip
            response = client.request(method, path)
            assert response.status_code in (303, 401), path
            assert response.headers["x-content-type-options"] == "nosniff"


def guess(address, *tries):
    """The responses to tries that are made at once, and the seconds until the last."""

    async def all_at_once():
        async with httpx.AsyncClient(base_url=address, timeout=20) as client:
            forms = ({"name": name, "password": password} for name, password in tries)
            return await asyncio.gather(*(client.post("/login", data=form) for form in forms))

    began = time.perf_counter()
    return asyncio.run(all_at_once()), time.perf_counter() - began


def test_a_wrong_password_is_slow_and_gives_nothing(with_login):
    responses, seconds = guess(with_login, ("ann", "battery staple"), ("eve", "correct horse"))
    assert seconds >= WAIT
    for response in responses:
        assert response.status_code == 403
        assert "Name or password is wrong" in response.text
        assert "set-cookie" not in response.headers


def test_guesses_at_one_password_wait_for_each_other(with_login):
    _, seconds = guess(with_login, ("bob", "a"), ("bob", "b"))
    assert seconds >= 2 * WAIT


def test_a_login_that_is_too_long_or_of_unknown_length_is_not_read(with_login):
    assert httpx.post(f"{with_login}/login", content=b"x" * 5000).status_code == 413
    assert httpx.post(f"{with_login}/login", content=iter([b"name=ann"])).status_code == 411


def test_a_session_is_kept_from_scripts_and_other_sites_and_ends(with_login):
    with logged_in(with_login, "bob", "battery staple") as client:
        (cookie,) = client.cookies.jar
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "lax"
        assert client.get("/").status_code == 200
        token = {cookie.name: cookie.value}
        assert client.get("/logout").headers["location"] == "/login"
        assert httpx.get(f"{with_login}/config", cookies=token).status_code == 401


def test_events_know_who_is_logged_in_and_only_the_owner_may_change_settings(with_login):
    form = ["none", "", "", 3]
    with logged_in(with_login, "ann", "correct horse") as ann:
        is_shown, *_, account = shown(ann, "API key")
        assert is_shown["visible"]
        assert words(account) == "Logged in as ann. Log out"
        assert "Saved" in press(ann, "Save", form)[1]
    with logged_in(with_login, "bob", "battery staple") as bob:
        is_shown, *fields, notice, _, account = shown(bob, "API key")
        assert not is_shown["visible"]
        assert all(field == {"__type__": "update"} for field in fields)
        assert words(account).startswith("Logged in as bob")
        assert words(notice) == "The settings of this server are changed by ann"
        assert "by ann" in press(bob, "Save", form)[1]
        assert "by ann" in press(bob, "Check", form)[0]


def test_nobody_changes_settings_where_it_is_not_known_who_comes(session_library, uploads):
    with serving(paperqa.ui.app(session_library)) as url, httpx.Client(base_url=url) as client:
        assert "where this server was started" in press(client, "Save", ["none", "", "", 3])[1]


def test_visitors_have_names_of_their_own_that_last(session_library, uploads):
    with serving(paperqa.ui.app(session_library)) as url:
        cookies = [httpx.get(url).cookies["paperqa-visitor"] for _ in range(2)]
        assert cookies[0] != cookies[1]
        again = httpx.get(url, cookies={"paperqa-visitor": cookies[0]})
        assert again.cookies["paperqa-visitor"] == cookies[0]
        assert "httponly" in again.headers["set-cookie"].lower()


def test_a_changed_password_ends_the_sessions_and_a_removed_user_is_out(
    session_library, uploads, tmp_path
):
    file = tmp_path / "users"
    for name in ("ann", "bob", "eve"):
        add_user(file, name, "correct horse")
    with serving(paperqa.ui.app(session_library, Users(file))) as url:
        with (
            logged_in(url, "bob", "correct horse") as bob,
            logged_in(url, "eve", "correct horse") as eve,
        ):
            add_user(file, "bob", "battery staple")
            remove_user(file, "eve")
            assert bob.get("/config").status_code == 401
            assert eve.get("/config").status_code == 401
        with logged_in(url, "bob", "battery staple") as bob:
            assert bob.get("/config").status_code == 200


def test_many_tries_at_once_are_turned_away(with_login):
    responses, _ = guess(with_login, *(("bob", str(n)) for n in range(7)))
    assert sorted(response.status_code for response in responses) == [403] * 5 + [429] * 2


def invoke(*arguments):
    result = CliRunner().invoke(serve, arguments)
    assert isinstance(result.exception, InputError), result.exception
    return str(result.exception)


def test_an_address_that_others_reach_demands_a_login(tmp_path):
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        message = invoke("--host", host)
        assert "--auth" in message
        assert "--insecure" in message
    assert "No such file" in invoke("--host", "0.0.0.0", "--auth", str(tmp_path / "users"))


def test_a_port_that_is_taken_is_named_with_the_next_free_one():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = invoke("--port", str(port))
    found = re.fullmatch(rf"port {port} is taken; port (\d+) is free: --port \1", message)
    assert found and int(found[1]) > port


def test_it_says_where_it_answers_and_ctrl_c_stops_it_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "paperqa.cli", "serve", "--no-open", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        lines = [it.stdout.readline() for _ in range(3)]
        address = f"http://127.0.0.1:{port}"
        assert lines[0] == f"paperqa answers at {address}\n", it.stderr.read()
        assert lines[1:] == ["leaves this machine: nothing\n", "Ctrl-C stops it\n"]
        with httpx.stream("GET", f"{address}/gradio_api/heartbeat/x") as stream:  # an open page
            assert stream.status_code == 200
            began = time.perf_counter()
            it.send_signal(signal.SIGINT)
            output, errors = it.communicate(timeout=20)
    assert time.perf_counter() - began < 5
    assert (it.returncode, output, errors) == (0, "stopped\n", "")
