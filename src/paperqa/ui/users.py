"""A file of users: a line `name:hash` each; the first one owns the server's settings.

A hash is `scrypt$N$r$p$salt$key` (RFC 7914), salt and key in base64. Sixteen megabytes and about
a fifth of a second for each guess follow the OWASP Password Storage Cheat Sheet.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from paperqa.errors import InputError

SHORTEST = 8  # characters of a password
_COST = (2**14, 8, 5)  # N, r, p
_MOST_MEMORY = 64 * 2**20  # bytes that a line of the file may make us spend
_NAME = re.compile(r"[\w.@-]{1,64}")
_HASH = re.compile(r"scrypt\$(\d{1,7})\$(\d{1,3})\$(\d{1,3})\$([\w+/=]+)\$([\w+/=]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Hash:
    cost: tuple[int, int, int]
    salt: bytes
    key: bytes

    @classmethod
    def parse(cls, text: str) -> _Hash:
        """Raises `ValueError`."""
        found = _HASH.fullmatch(text)
        if found is None:
            raise ValueError("no scrypt hash")
        n, r, p = (int(number) for number in found.groups()[:3])
        if n < 2 or n & (n - 1) or not r or not p or 128 * n * r > _MOST_MEMORY or p > 16:
            raise ValueError("not a cost that scrypt takes")
        salt, key = (base64.b64decode(part, validate=True) for part in found.groups()[3:])
        if len(salt) < 8 or len(key) < 16:
            raise ValueError("salt or key too short")
        return cls((n, r, p), salt, key)

    @classmethod
    def of(cls, password: str) -> _Hash:
        salt = secrets.token_bytes(16)
        return cls(_COST, salt, _scrypt(password, salt, _COST, 32))

    def fits(self, password: str) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(self.key, _scrypt(password, self.salt, self.cost, len(self.key)))

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return "$".join(["scrypt", *map(str, self.cost), salt, key])


def _scrypt(password: str, salt: bytes, cost: tuple[int, int, int], length: int) -> bytes:
    n, r, p = cost
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=2 * _MOST_MEMORY, dklen=length
    )


class Users:
    """The names in a users file and the hashes of their passwords, as the file is now.

    Raises `InputError` with the number of the line that is wrong; of a file that is spoilt later,
    what it held before goes on.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._read_at = path, _changed_at(path)
        self._hashes = _read(path)
        if not self._hashes:
            raise InputError(f"{path}: no user in it; run `paperqa users add {path} NAME`")
        self._nobody = _Hash.of(secrets.token_urlsafe())
        self.owner = next(iter(self._hashes))  # who may change what is everyone's

    def knows(self, name: str, password: str) -> bool:
        """Whether the password is that user's; an unknown name takes as long."""
        hashes = self._now()
        fits = hashes.get(name, self._nobody).fits(password)
        return fits and name in hashes

    def stamp(self, name: str) -> str:
        """What changes with a user's password; empty for nobody."""
        return str(self._now().get(name, ""))

    def _now(self) -> Mapping[str, _Hash]:
        if (changed := _changed_at(self._path)) != self._read_at:
            self._read_at = changed
            try:
                self._hashes = _read(self._path)
            except InputError as error:
                logging.getLogger(__name__).error("%s", error)
        return self._hashes


def add_user(path: Path, name: str, password: str) -> bool:
    """Write a user into the file, readable by its owner alone; whether the name is a new one.

    A known name gets the new password. Raises `InputError`.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is no user name; use up to 64 letters, digits and . _ @ -")
    if len(password) < SHORTEST:
        raise InputError(f"a password needs at least {SHORTEST} characters")
    hashes = _read(path) if path.exists() else {}
    is_new = name not in hashes
    hashes[name] = _Hash.of(password)
    _write(path, "".join(f"{user}:{hashed}\n" for user, hashed in hashes.items()))
    return is_new


def remove_user(path: Path, name: str) -> None:
    """Take a user out of the file. Raises `InputError`."""
    hashes = _read(path)
    if name not in hashes:
        raise InputError(f"{path}: there is no user {name}")
    if len(hashes) == 1:
        raise InputError(f"{path}: {name} is the only user; add another one first")
    del hashes[name]
    _write(path, "".join(f"{user}:{hashed}\n" for user, hashed in hashes.items()))


def _changed_at(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def _read(path: Path) -> dict[str, _Hash]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError(
            f"{path}: can't be read as a users file ({reason}); "
            f"make one with `paperqa users add {path} NAME`"
        ) from None
    hashes: dict[str, _Hash] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, _, hashed = line.strip().partition(":")
        try:
            if not _NAME.fullmatch(name) or name in hashes:
                raise ValueError("no name, or one that is there already")
            hashes[name] = _Hash.parse(hashed)
        except ValueError as error:
            raise InputError(  # never quotes the line: it may hold a password
                f"{path}, line {number}: must be NAME:HASH ({error}); "
                "delete the line and use `paperqa users add`"
            ) from None
    return hashes


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        partial.touch(0o600, exist_ok=False)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"{path}: can't be written ({error.strerror})") from None
