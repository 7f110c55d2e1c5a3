"""Signing in by a password within limits (A3): a word on a picture after a few failures, growing pauses after many.

Nobody is ever locked out: a pause has a longest, and a browser that its owner has signed in by before counts its own
failures, so that a stranger's guessing does not make the owner wait. What is counted is the login as it was typed, so
a login that nobody has is treated like any other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from nesk.core import limits, settings
from nesk.core.errors import NeskError, Refused, TooOften
from nesk.core.sealing import mac
from nesk.credentials.allowance import host
from nesk.credentials.settings import CredentialSettings
from nesk.people import operations
from nesk.people.models import BusinessUser, Person, Staff
from nesk.people.queries import SUBJECTS, identities

MINUTES, DAY = 300, 86_400
LOGIN, ADDRESS, ALL = "sign_in", "sign_in_address", "sign_in_all"
FREE_IN_MINUTES, FREE_IN_DAY, FREE_OF_ADDRESS = 10, 30, 30
"""So many failures cost no pause: of a login in five minutes and in a day, of an address in five minutes."""
FLOOD = 1000
"""So many failures of everybody in five minutes, and everybody is asked for the word on the picture."""
LONGEST_PAUSE, LONGEST_OF_ADDRESS = 300, 60
"""Seconds; behind one address there may be a whole town of a mobile operator."""
FIRST_PAUSE = 5

ANSWER = "Введите слово на картинке: так мы отличаем человека от программы."


@dataclass(frozen=True, slots=True)
class Door:
    """At which door somebody knocks and from where: whose failures theirs are counted with."""

    kind: str
    login: str
    identity: str = ""
    ip: str = ""
    known: str = ""
    """What this browser was given when somebody signed in by it; see `mark_known`."""

    @property
    def name(self) -> str:
        """The branch that a legal entity chooses is no part of it: another choice is no new row of tries."""
        return f"{self.kind}:{'' if self.kind == 'business' else self.identity}:{self.login}"

    @property
    def known_as(self) -> str:
        """The mark of a browser by which this very login has signed in before; empty for any other."""
        mark, _, seal = self.known.partition(".")
        return mark if mark and secrets.compare_digest(seal.encode(), _seal(self, mark).encode()) else ""

    @property
    def counters(self) -> tuple[str, str]:
        """Whose failures of a login and of an address these are."""
        mark = self.known_as
        return (f"{self.name}:{mark}", mark) if mark else (self.name, host(self.ip))


def sign_in(door: Door, password: str, *, answer: Callable[[], None] | None = None) -> Person | Staff | BusinessUser:
    """Whose login and password these are. Raises Refused, TooOften within a pause, Unavailable when all cores hash.

    `answer` takes the word on the picture (or raises Refused); without it one who has to give it is refused (`captcha`).
    """
    tries = _count(door)
    try:
        pauses = _pauses(door, tries)
        for name, whose, _ in pauses:
            limits.heed(name, whose)
        if _is_asked(tries.failed_before):
            _take(answer)
        # Only who has given the word may begin a pause: posts without it would hold everybody up for nothing.
        for name, whose, seconds in pauses:
            limits.pause(name, whose, seconds=seconds)
        subject = operations.authenticate(door.kind, door.login, password, identity=door.identity)
    except Refused as refused:
        if refused.field == "captcha" or isinstance(refused, TooOften):
            _take_back(door)
        else:
            limits.add(ALL, "", seconds=MINUTES)
        raise
    except NeskError:
        _take_back(door)
        raise
    login, address = door.counters
    limits.forget(LOGIN, login, MINUTES, DAY)
    limits.forgive(ADDRESS, address, seconds=MINUTES)
    return subject


def asks_captcha(door: Door) -> bool:
    """Whether the next try at this door needs the word on the picture. Without a login: of anybody at this address."""
    login, address = door.counters
    return _is_asked(limits.counted((LOGIN, login, DAY), (ADDRESS, address, MINUTES), (ALL, "", MINUTES)))


def forget_failures(kind: str, subject_id: int) -> None:
    """Begin the tries at all logins of somebody anew."""
    if kind == "person":
        doors = [Door(kind, login, identity) for identity, login in identities(subject_id).items()]
    else:
        doors = [Door(kind, SUBJECTS[kind].get_by_id(subject_id).login)]
    for door in doors:
        limits.forget(LOGIN, door.name, MINUTES, DAY)


def mark_known(door: Door) -> str:
    """What a browser keeps from a sign-in: a mark with a seal that holds for this login alone."""
    mark = door.known_as or secrets.token_urlsafe(16)
    return f"{mark}.{_seal(door, mark)}"


@dataclass(frozen=True, slots=True)
class _Tries:
    """How many there are with this one: of the login lately and today, of the address; and failures of everybody."""

    lately: int
    today: int
    nearby: int
    everybody: int

    @property
    def failed_before(self) -> list[int]:
        return [self.today - 1, self.nearby - 1, self.everybody]


def _count(door: Door) -> _Tries:
    """Count the try before anything else, so that a hundred at once are a hundred."""
    login, address = door.counters
    return _Tries(
        limits.add(LOGIN, login, seconds=MINUTES),
        limits.add(LOGIN, login, seconds=DAY),
        limits.add(ADDRESS, address, seconds=MINUTES),
        limits.counted((ALL, "", MINUTES))[0],
    )


def _pauses(door: Door, tries: _Tries) -> list[tuple[str, str, int]]:
    """What has to be waited for before the next try: counter, subject, seconds."""
    login, address = door.counters
    over, over_nearby = max(tries.lately - FREE_IN_MINUTES, tries.today - FREE_IN_DAY), tries.nearby - FREE_OF_ADDRESS
    found = []
    if over >= 0:
        found.append((LOGIN, login, pause_after(over, longest=LONGEST_PAUSE)))
    if over_nearby >= 0:
        found.append((ADDRESS, address, pause_after(over_nearby, longest=LONGEST_OF_ADDRESS)))
    return found


def pause_after(over: int, *, longest: int) -> int:
    """Seconds to wait after the failure that is `over` more than the free ones: 5, 10, 20… up to the longest."""
    return int(min(FIRST_PAUSE * 2 ** min(over, 10), longest))


def _is_asked(failed: list[int]) -> bool:
    after = settings.load(CredentialSettings).captcha_after
    return max(failed[:2]) >= after or failed[2] >= FLOOD


def _take(answer: Callable[[], None] | None) -> None:
    if answer is None:
        raise Refused(ANSWER, field="captcha")
    answer()


def _take_back(door: Door) -> None:
    """The try was not weighed: it is neither a failure nor a success."""
    login, address = door.counters
    for name, subject, seconds in ((LOGIN, login, MINUTES), (LOGIN, login, DAY), (ADDRESS, address, MINUTES)):
        limits.forgive(name, subject, seconds=seconds)


def _seal(door: Door, mark: str) -> str:
    return mac(f"{mark}\0{door.name}", purpose="known-browser")
