"""The benchmarks: each gives its lines, over a database of its own, on the engine that is configured."""

import json
from dataclasses import replace

import psycopg
import pytest
from click.testing import CliRunner

from nesk.bench import BENCHES
from nesk.commands import main
from nesk.core import config

FIELDS = {"bench", "n", "seconds", "rate", "floor_seconds", "ratio", "p50_ms", "p95_ms", "notes"}


@pytest.fixture
def elsewhere(databases, run_config, monkeypatch):
    """The command binds the models to databases of its own; afterwards they are bound to what they were."""
    monkeypatch.setattr("nesk.bench.measures.ROUNDS", 2)
    with databases.elsewhere(run_config.database_url):
        yield run_config


def run(*words: str) -> list[dict]:
    done = CliRunner().invoke(main, ["bench", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


@pytest.mark.parametrize("name", [name for name in BENCHES if name != "demo"])
def test_a_bench_gives_an_object_a_line_with_the_fields_of_the_contract(elsewhere, name):
    lines = run(name, "--accounts", "60")
    assert lines
    assert [set(line) for line in lines] == [FIELDS] * len(lines)
    assert all(line["ratio"] > 0 and line["seconds"] > 0 for line in lines)


def test_the_size_asked_for_is_the_size_measured(elsewhere):
    assert [line["n"] for line in run("close", "--accounts", "120")] == [3 + 119 + 2]


def test_the_configured_database_is_left_alone(elsewhere, postgres):
    url = postgres.url(postgres.create("bench"))
    config.use(replace(elsewhere, database_url=url))
    run("readings", "--accounts", "60")
    with psycopg.connect(url) as there:
        assert there.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
        assert (
            there.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'nesk_bench_')").fetchall() == []
        )


def test_a_bench_that_nobody_has_is_refused_in_words():
    done = CliRunner().invoke(main, ["bench", "nothing"])
    assert (done.exit_code, "Такого замера нет" in done.output) == (1, True)
