"""The commands a person meets first, and the processes that operations run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.house.sources import ROOT, text

TARGETS = {"help", "run", "setup", "test", "check", "lint", "soak", "bench", "demo", "screens", "lock"}
COMMANDS = {
    "serve",
    "web",
    "migrate",
    "demo",
    "worker",
    "clock",
    "bill",
    "receipts",
    "import",
    "bench",
    "backup",
    "restore",
    "staff",
}


def test_make_without_a_word_tells_what_it_can_do():
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make (\w+) +\S", told, re.M)) == TARGETS


def test_the_procfile_names_the_processes_of_production():
    processes = dict(re.findall(r"^(\w+): (.+)$", text(ROOT / "Procfile"), re.M))
    assert processes.keys() == {"web", "worker", "clock", "release"}
    assert {name: line.split()[0] for name, line in processes.items()} == {
        "web": "gunicorn",
        "worker": "nesk",
        "clock": "nesk",
        "release": "nesk",
    }


def test_ci_runs_exactly_what_a_developer_runs():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert text(script).splitlines()[-1] == "exec make check"
    subprocess.run([shutil.which("bash") or "bash", "-n", script], check=True)


def test_the_command_line_has_the_commands_of_the_contract():
    from nesk.commands import main

    assert isinstance(main, click.Group)
    assert set(main.commands) >= COMMANDS
    assert [name for name, command in main.commands.items() if not command.get_short_help_str()] == []


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "BASE_URL", "BANK_URL", "BANK_PASSWORD", "BANK_CALLBACK_KEY", "SMTP_URL", "SMS_URL"]
)
def test_production_does_not_start_without_what_it_must_be_told(name, tmp_path):
    from nesk.core.config import Incomplete, from_environment

    complete = {
        "NESK_HOME": str(tmp_path),
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "BASE_URL": "https://lk.example",
        "BANK_URL": "https://bank.example",
        "BANK_USER": "nesk",
        "BANK_PASSWORD": "a password of the bank",
        "BANK_CALLBACK_KEY": "a key of the bank",
        "SMTP_URL": "smtp://mail.example",
        "SMS_URL": "https://sms.example",
    }
    assert from_environment(complete).env == "production"
    for value in ("", None):
        broken = {**complete, name: value} if value is not None else {k: v for k, v in complete.items() if k != name}
        with pytest.raises(Incomplete, match=name):
            from_environment(broken)


def test_the_floors_are_as_drawn():
    program = Path(sys.executable).with_name("lint-imports")
    drawn = subprocess.run([program, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert drawn.returncode == 0, drawn.stdout
