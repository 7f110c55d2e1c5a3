"""The locked dependencies: complete, by hash, from nowhere in particular, and not older than what is known to be safe."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.house.sources import ROOT, text

LOCKS = {"run.txt": ["build"], "dev.txt": ["build", "dev"]}
"""Lock → the dependency groups it holds beside the runtime's."""

SAFE = {
    "xhtml2pdf": "0.2.28",
    "reportlab": "4.4.9",
    "flask": "3.1.3",
    "werkzeug": "3.1.6",
    "pillow": "12.3",
    "dramatiq": "2.2",
}
"""Below these there are holes that the product would have."""


def locked(lock: str) -> dict[str, Version]:
    found = re.findall(r"^([a-z0-9._-]+)==(\S+)", text(ROOT / "requirements" / lock), re.M)
    return {name: Version(version) for name, version in found}


def asked(lock: str) -> list[Requirement]:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))
    groups = [word for group in LOCKS[lock] for word in project["dependency-groups"][group]]
    return [Requirement(line) for line in [*project["project"]["dependencies"], *groups]]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_the_project_asks_for(lock):
    versions = locked(lock)
    wrong = [str(r) for r in asked(lock) if r.name not in versions or versions[r.name] not in r.specifier]
    assert wrong == [], "run `make lock`"


@pytest.mark.parametrize("lock", [*LOCKS, "uv.txt"])
def test_a_lock_names_no_address_and_every_package_has_its_hashes(lock):
    content = text(ROOT / "requirements" / lock)
    assert re.findall(r"https?://\S*|file:\S*|--[a-z-]*(?:index|links|host)\S*", content) == []
    entries = re.split(r"\n(?=\S)", content.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_developers_lock_agrees_with_the_one_that_runs():
    run, dev = locked("run.txt"), locked("dev.txt")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize(("name", "lowest"), SAFE.items(), ids=SAFE)
def test_a_package_is_not_older_than_is_safe(name, lowest):
    assert locked("run.txt")[name] >= Version(lowest)
