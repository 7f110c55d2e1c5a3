"""Passwords: exactly as typed, hashes of three origins at one cost, never more at once than there are cores."""

import hashlib
import os
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesk.core import config
from nesk.core.errors import Unavailable
from nesk.people import passwords

SALTED = b"salt" + "пароль".encode()
LEGACY = {
    "md5": hashlib.md5(SALTED, usedforsecurity=False).hexdigest(),
    "sha1": hashlib.sha1(SALTED, usedforsecurity=False).hexdigest(),
    "sha256": hashlib.sha256(SALTED).hexdigest(),
}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=6, max_size=128), st.data())
@settings(max_examples=12)
def test_a_password_fits_and_with_any_one_sign_changed_does_not(password, data):
    """A1."""
    stored = passwords.hashed(password)
    assert passwords.matches(stored, password)
    at = data.draw(st.integers(0, len(password) - 1))
    sign = data.draw(st.characters(exclude_categories=["Cs"], exclude_characters=password[at]))
    assert not passwords.matches(stored, password[:at] + sign + password[at + 1 :])
    assert not passwords.matches(stored, f"{password} ")


@pytest.mark.parametrize("scheme", LEGACY)
def test_a_hash_of_the_previous_cabinet_fits_its_password_alone(scheme):
    stored = passwords.legacy(scheme, "salt", LEGACY[scheme].upper())
    assert stored == f"legacy${scheme}$salt${LEGACY[scheme]}"
    assert passwords.matches(stored, "пароль")
    assert not passwords.matches(stored, "Пароль")
    assert not passwords.matches(stored, "saltпароль")
    assert passwords.is_outdated(stored)


@pytest.mark.parametrize(
    ("scheme", "salt", "digest", "fault"),
    [
        ("crypt", "salt", "0" * 32, "scheme"),
        ("md5", "salt", "0" * 31, "hash"),
        ("md5", "salt", "0" * 40, "hash"),
        ("sha1", "salt", "g" * 40, "hash"),
        ("sha1", "s" * 101, "0" * 40, "salt"),
    ],
)
def test_what_no_scheme_can_have_made_is_no_hash(scheme, salt, digest, fault):
    with pytest.raises(ValueError, match=fault):
        passwords.legacy(scheme, salt, digest)


@pytest.mark.parametrize("stored", ["", passwords.legacy("md5", "salt", LEGACY["md5"]), "$argon2id$broken"])
def test_every_answer_costs_one_argon2(stored, monkeypatch):
    """A3: neither an unknown login nor an old hash is answered sooner."""
    passwords.matches("", "made ready")
    asked = []
    verify = passwords.PasswordHasher.verify
    monkeypatch.setattr(
        passwords.PasswordHasher, "verify", lambda self, hash, password: asked.append(1) or verify(self, hash, password)
    )
    assert not passwords.matches(stored, "wrong")
    assert asked == [1]


def test_past_the_cores_one_waits_and_is_then_asked_to_come_again(monkeypatch):
    """A3: argon2 at once ≤ cores, the excess is 503."""
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0)
    turns = passwords._turns()
    held, over = [Event() for _ in range(os.cpu_count() or 1)], Event()

    def hash_long(mine):
        with passwords._turn():
            mine.set()
            over.wait(10)

    threads = [Thread(target=hash_long, args=(mine,)) for mine in held]
    for thread in threads:
        thread.start()
    assert all(mine.wait(10) for mine in held)
    with pytest.raises(Unavailable):
        passwords.hashed("one too many")
    with pytest.raises(Unavailable):
        passwords.matches("", "one too many")
    over.set()
    for thread in threads:
        thread.join()
    assert passwords.matches(passwords.hashed("again"), "again")
    assert turns is passwords._turns()


@pytest.mark.parametrize(("cores", "processes", "each"), [(4, 1, 4), (4, 4, 1), (2, 4, 1), (8, 3, 2)])
def test_web_processes_share_the_cores(cores, processes, each, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    variables = {"NESK_ENV": "test", "NESK_HOME": str(tmp_path), "WEB_CONCURRENCY": str(processes)}
    config.use(config.from_environment(variables))
    turns = passwords._turns.__wrapped__()
    assert [turns.acquire(blocking=False) for _ in range(each + 1)] == [True] * each + [False]
