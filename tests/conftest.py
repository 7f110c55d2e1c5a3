"""What every test may ask for: a configuration, an empty database, the application, a browser, real servers."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from nesk import tasks
from nesk.core import config
from tests import servers
from tests.browser import Browser
from tests.databases import Databases, Engine

if TYPE_CHECKING:
    from tests.town import Towns

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=5000)


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("soak" if config.option.markexpr == "soak" else "house")
    if not servers.WORKER and getattr(config.option, "numprocesses", None):
        servers.lead()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a journey waits for the product's processes more than it computes."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys go first: they are the longest, and none of them should be waited for alone at the end."""
    items.sort(key=lambda item: item.path.parent.name != "journeys")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells whoever leads the run what it ran on."""
    if servers.WORKER:
        session.config.workeroutput["servers"] = servers.report()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Whoever leads the run hears it."""
    if hasattr(node, "workeroutput"):  # a worker that was killed leaves none
        servers.add_report(node.workeroutput["servers"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What asks for a database only runs on both engines; pages and the town on one, unless marked `both_engines`."""
    asked = set(metafunc.fixturenames)
    marked = metafunc.definition.get_closest_marker("both_engines")
    if "engine" in asked and (marked or ("database" in asked and not asked & {"browser", "town", "app"})):
        metafunc.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def run_config(tmp_path_factory: pytest.TempPathFactory) -> config.Config:
    """The deployment facts of the run; whatever the person's own environment says is not asked."""
    home = tmp_path_factory.mktemp("home")
    return config.from_environment({"NESK_ENV": "test", "NESK_HOME": str(home)})


@pytest.fixture(autouse=True)
def configuration(run_config: config.Config) -> Iterator[config.Config]:
    """`config.current()` of each test; what a test puts in its place with `config.use` goes with it."""
    yield config.use(run_config)
    config.use(run_config)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Nothing but loopback can be reached from a test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        outside = self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(
            ("127.", "::1", "localhost")
        )
        if outside:
            raise AssertionError(f"a test wanted to connect to {address[0]}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[assignment, method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    tasks.load()  # so that every event has its reactions, whichever test comes first
    kept = Databases(tmp_path_factory.mktemp("databases"))
    yield kept
    kept.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """Where the test runs: on SQLite and on PostgreSQL in turn, or on the better of those that are here."""
    chosen: Engine = getattr(request, "param", None) or default_engine()
    if chosen == "postgresql":
        _need(servers.postgres)
    servers.used[chosen] += 1
    return chosen


@pytest.fixture
def database(engine: Engine, databases: Databases) -> Iterator[Engine]:
    """An empty migrated database."""
    with databases.empty(engine):
        yield engine


@pytest.fixture
def town(engine: Engine, towns: Towns) -> Iterator[config.Config]:
    """A copy of the demo town of the contract, as of today."""
    with towns.lived_in(engine) as inside:
        yield inside


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory, databases: Databases, run_config: config.Config) -> Towns:
    from tests.town import Towns  # the builder of the town imports every domain: tests of one need not wait for it

    return Towns(tmp_path_factory.mktemp("towns"), databases, run_config)


def default_engine() -> Engine:
    try:
        servers.postgres()
    except servers.Missing:
        return "sqlite"
    return "postgresql"


@pytest.fixture(scope="session")
def app(run_config: config.Config, databases: Databases) -> Any:
    """The web application, built once; each test binds the models to its own database."""
    from nesk import create_app

    with databases.elsewhere(run_config.database_url):
        return create_app(run_config)


@pytest.fixture
def browser(request: pytest.FixtureRequest, app: Any, engine: Engine) -> Browser:
    """A person at a page, held to the rules of all pages; in the demo town where the test asks for `town` too."""
    request.getfixturevalue("town" if "town" in request.fixturenames else "database")
    return Browser(app)


@pytest.fixture
def postgres() -> servers.Postgres:
    """The PostgreSQL server, for tests that need databases of their own."""
    return _need(servers.postgres)


@pytest.fixture
def redis() -> servers.Redis:
    """The Redis server; `redis.fresh()` is the address of an empty database."""
    return _need(servers.redis)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a real browser."""
    return _need(servers.chromium)


def _need(look: Any) -> Any:
    try:
        return look()
    except servers.Missing as why:
        pytest.skip(str(why))


def pytest_unconfigure() -> None:
    servers.stop_all()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """On which servers the run was, and what could not run and why: nothing is left out silently."""
    write = terminalreporter.write_line
    skipped = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if servers.found or servers.used or skipped:
        terminalreporter.section("servers of this run")
    for name, what in servers.found.items():
        write(f"{name}: {what}")
    if servers.used:
        write("tests on them: " + ", ".join(f"{count} {place}" for place, count in sorted(servers.used.items())))
    if "PostgreSQL" in servers.missing:
        write(f"tests for PostgreSQL ran on SQLite or not at all: {servers.missing['PostgreSQL']}", yellow=True)
    if skipped:
        write(f"could not run: {sum(skipped.values())}", yellow=True)
        for reason, count in skipped.most_common():
            write(f"  {count} × {reason}", yellow=True)


def _reason(report: Any) -> str:
    place = report.longrepr
    return str(place[2] if isinstance(place, tuple) else place).removeprefix("Skipped: ")
