"""The file of users: what it holds, who may read it, and how it is wrong."""

import base64
import stat
import time

import pytest

from paperqa.errors import InputError
from paperqa.ui.users import Users, add_user, remove_user


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "users"
    add_user(path, "ann", "correct horse")
    return path


def test_only_the_right_password_of_the_right_name_is_known(file):
    add_user(file, "bob", "battery staple")
    users = Users(file)
    assert users.knows("ann", "correct horse")
    assert users.knows("bob", "battery staple")
    assert not users.knows("ann", "battery staple")
    assert not users.knows("ann", "")
    assert not users.knows("eve", "correct horse")


def test_the_file_holds_no_password_and_is_for_its_owner_alone(file):
    assert "correct" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["users"]


def test_the_same_password_has_another_hash_each_time(file):
    add_user(file, "bob", "correct horse")
    ann, bob = (line.partition(":")[2] for line in file.read_text().splitlines())
    assert ann != bob


def test_adding_a_name_again_changes_its_password_and_not_who_is_first(file):
    assert add_user(file, "bob", "battery staple")
    assert not add_user(file, "ann", "another horse")
    users = Users(file)
    assert users.owner == "ann"
    assert users.knows("ann", "another horse")
    assert not users.knows("ann", "correct horse")


def test_an_unknown_name_takes_as_long_as_a_known_one(file):
    users = Users(file)

    def seconds(name):
        began = time.perf_counter()
        users.knows(name, "wrong")
        return time.perf_counter() - began

    known, unknown = (min(seconds(name) for _ in range(3)) for name in ("ann", "eve"))
    assert 0.5 < known / unknown < 2


def test_a_hash_made_elsewhere_is_taken(tmp_path):
    # RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1, 64 bytes).
    key = bytes.fromhex(
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )
    salt, key = (base64.b64encode(part).decode() for part in (b"SodiumChloride", key))
    (tmp_path / "users").write_text(f"ann:scrypt$16384$8$1${salt}${key}\n")
    assert Users(tmp_path / "users").knows("ann", "pleaseletmein")


@pytest.mark.parametrize(
    "line",
    [
        "bob",
        "bob:battery staple",
        "bob:scrypt$16384$8$5$c2FsdA==",
        "bob:scrypt$16383$8$5$c2FsdHNhbHQ=$a2V5a2V5a2V5a2V5a2V5a2V5",  # N is no power of two
        "bob:scrypt$1048576$64$5$c2FsdHNhbHQ=$a2V5a2V5a2V5a2V5a2V5a2V5",  # 8 GB for a guess
        "bob:scrypt$16384$8$5$c2Fsd$a2V5a2V5a2V5a2V5a2V5a2V5",
        "b b:scrypt$16384$8$5$c2FsdHNhbHQ=$a2V5a2V5a2V5a2V5a2V5a2V5",
        ":scrypt$16384$8$5$c2FsdHNhbHQ=$a2V5a2V5a2V5a2V5a2V5a2V5",
        "ann:scrypt$16384$8$5$c2FsdHNhbHQ=$a2V5a2V5a2V5a2V5a2V5a2V5",  # a second ann
    ],
)
def test_a_line_that_is_wrong_is_named_by_its_number_and_not_quoted(file, line):
    file.write_text(f"{file.read_text()}\n{line}\n")
    with pytest.raises(InputError, match="line 3: must be NAME:HASH") as raised:
        Users(file)
    assert "battery" not in str(raised.value)


def test_a_file_that_is_missing_empty_or_no_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        Users(tmp_path / "none")
    (tmp_path / "users").write_text("\n")
    with pytest.raises(InputError, match="no user in it"):
        Users(tmp_path / "users")
    (tmp_path / "users").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        Users(tmp_path / "users")


@pytest.mark.parametrize("name", ["", "a:b", "a b", "a\nb", "x" * 65, "../x"])
def test_a_name_that_the_file_could_not_hold_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="no user name"):
        add_user(tmp_path / "users", name, "correct horse")
    assert not (tmp_path / "users").exists()


def test_a_short_password_is_refused_and_the_file_left_as_it_was(file):
    before = file.read_text()
    with pytest.raises(InputError, match="at least 8"):
        add_user(file, "bob", "short")
    assert file.read_text() == before


def test_the_file_counts_as_it_is_now(file):
    add_user(file, "bob", "battery staple")
    users = Users(file)
    before = users.stamp("bob")
    add_user(file, "bob", "another staple")
    assert users.knows("bob", "another staple")
    assert not users.knows("bob", "battery staple")
    assert users.stamp("bob") not in ("", before)
    remove_user(file, "bob")
    assert not users.knows("bob", "another staple")
    assert users.stamp("bob") == ""
    file.write_text("ann:spoilt")
    assert users.knows("ann", "correct horse")  # nobody is locked out, and the log says why


def test_what_cannot_be_removed_is_said(file):
    with pytest.raises(InputError, match="there is no user eve"):
        remove_user(file, "eve")
    with pytest.raises(InputError, match="the only user"):
        remove_user(file, "ann")
