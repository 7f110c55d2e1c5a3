"""What holds for every file of Python, whoever wrote it."""

import ast
import re

import pytest

from tests.house.sources import DOMAINS, ROOT, name, python, text, tracked, tree

LONGEST = 400
LONG: set[str] = set()
"""Files that may be longer; there are none."""

MONEY = [*(f"nesk/{domain}" for domain in DOMAINS), "nesk/core/money.py", "nesk/core/period.py"]
INEXACT = {
    "nesk/documents/qr.py": "millimetres on paper",
    "nesk/documents/receipt.py": "millimetres on paper",
}
"""Where a fraction is no sum of money."""

CLOCKS = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "localtime", "gmtime"}}
OWN_CLOCK = {"nesk/core/clock.py"}
OUTSIDE = "nesk/sandbox/"
"""The stand-ins of the outside world have a clock of their own, as the real ones do."""

UNESCAPED = {
    "nesk/core/formatting.py",  # spaces that do not break, around text that is escaped there
    "nesk/backoffice/registers/views.py",  # links in cells, made with Markup.format, which escapes
    "nesk/documents/receipt.py",  # the picture of the QR code, made by us
    "nesk/documents/embedded.py",  # a picture as a data: address, made with Markup.format
}
"""Where Markup is made; each has been read for it."""

FOREIGN = re.compile(
    r"(?<![\w.])/(?:wor[k]|roo[t]|home/(?!app\b)\w+)/"
    r"|pyp[i]\.org|pythonhoste[d]|npmj[s]\.(?:org|com)|deb\.debia[n]"
    r"|(?i:\bclaud[e]\b|\banthropi[c]\b|\bchatgp[t]\b|\bll[m]\b)"
)
"""Paths of somebody's machine, hosts of registries, tools that are no part of the product."""

UNFINISHED = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b")


def test_no_file_is_too_long_to_be_read_in_one_sitting():
    lengths = {name(path): len(text(path).splitlines()) for path in python("nesk", "tests")}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST and path not in LONG} == {}


def test_every_module_opens_with_a_sentence_about_itself():
    assert [name(path) for path in python("nesk", "tests") if text(path) and not ast.get_docstring(tree(path))] == []


@pytest.mark.parametrize("path", python(*MONEY), ids=name)
def test_money_is_never_a_float(path):
    if name(path) in INEXACT:
        return
    found, waits = [], _waits(tree(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and node not in waits:
            found.append((node.lineno, node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            found.append((node.lineno, "float()"))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            found.append((node.lineno, ast.unparse(node)))
    assert found == []


def _waits(module: ast.Module) -> set[ast.AST]:
    """Seconds that are only waited for: `pause.wait(0.1)`, `read_seconds=0.5`."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    waited = {a for call in calls if ast.unparse(call.func).endswith(".wait") for a in call.args}
    return waited | {k.value for call in calls for k in call.keywords if (k.arg or "").endswith(("seconds", "timeout"))}


def test_only_the_clock_asks_what_time_it_is():
    found = []
    for path in python("nesk"):
        if name(path) in OWN_CLOCK or name(path).startswith(OUTSIDE):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value).rpartition(".")[2]
                if node.func.attr in CLOCKS.get(owner, ()):
                    found.append(f"{name(path)}:{node.lineno} {ast.unparse(node.func)}")
    assert found == []


def test_markup_is_made_only_where_it_has_been_read_for_escaping():
    made = {
        name(path)
        for path in python("nesk")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Markup"
    }
    assert made <= UNESCAPED


def test_the_project_speaks_only_of_itself():
    found = [
        f"{name(path)}:{number} {line.strip()[:100]}"
        for path in tracked()
        for number, line in enumerate(text(path).splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert found == []


def test_nothing_is_left_for_later():
    found = [
        f"{name(path)}:{number} {line.strip()[:100]}"
        for path in [
            *python("nesk", "tests", "migrations"),
            *(p for p in tracked() if p.suffix in (".html", ".css", ".js")),
        ]
        if "vendor" not in path.parts
        for number, line in enumerate(text(path).splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_every_empty_init_belongs_to_a_package_with_modules():
    empty = [path for path in python("nesk") if path.name == "__init__.py" and not text(path)]
    assert [name(path) for path in empty if len(list(path.parent.glob("*.py"))) == 1] == []


def test_tests_neither_sleep_nor_go_without_an_assertion():
    sleeping, silent = [], []
    for path in python("tests"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sleep":
                sleeping.append(f"{name(path)}:{node.lineno}")
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _asserts(node):
                silent.append(f"{name(path)}:{node.lineno} {node.name}")
    assert (sleeping, silent) == ([], [])


def _asserts(function: ast.FunctionDef) -> bool:
    """An assert, an expected refusal, or a call that asserts by its name or by what it is."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "pytest.raises" or re.search(r"(^|[._])(assert|check|open|submit|wait_for)", called):
                return True
    return False


def test_the_root_of_the_project_is_found():
    assert (ROOT / "pyproject.toml").is_file()
