"""What holds for every template: it compiles, what it imports is there and used, and it says nothing that is not escaped."""

import re
from functools import cache

import pytest
from jinja2 import Environment, nodes

from tests.house.sources import ROOT, name, python, text, tracked

FOLDER = ROOT / "templates"
TEMPLATES = [p for p in tracked() if p.is_relative_to(FOLDER) and p.suffix in (".html", ".txt", ".css")]
ON_SCREEN = [p for p in TEMPLATES if p.suffix == ".html" and p.relative_to(FOLDER).parts[0] not in ("email", "pdf")]

UNESCAPED: dict[str, set[str]] = {}
"""Template → the lines with `|safe` that have been read for it; there are none."""

CHOSEN_BY_NAME = ("email/", "sms/", "errors/", "admin/", "sandbox/bank/")
"""Folders whose templates are chosen by the code of a message, of an error, by Flask-Admin or by the sandbox's bank."""

ids = [str(path.relative_to(FOLDER)) for path in TEMPLATES]
on_screen_ids = [str(path.relative_to(FOLDER)) for path in ON_SCREEN]


@cache
def _plain() -> Environment:
    return Environment(autoescape=True)


@cache
def _parsed(path) -> nodes.Template:
    return _plain().parse(text(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_a_template_compiles_with_the_filters_of_its_reader(app, path):
    source = text(path)
    assert app.jinja_env.compile(source, str(path.relative_to(FOLDER)), raw=True)


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_what_a_template_imports_is_there_and_is_used(path):
    tree = _parsed(path)
    referenced = [
        node.template for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport))
    ]
    named = [node.value for node in referenced if isinstance(node, nodes.Const) and isinstance(node.value, str)]
    assert [one for one in named if not (FOLDER / one).is_file() and not one.startswith("admin/")] == []
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    for node in tree.find_all(nodes.FromImport):
        assert isinstance(node.template, nodes.Const)
        aliases = [each if isinstance(each, tuple) else (each, each) for each in node.names]
        offered = _offered(FOLDER / node.template.value)
        assert [one for one, _ in aliases if one not in offered] == [], f"{node.template.value} has no such macro"
        assert [own for _, own in aliases if own not in used] == [], f"imported from {node.template.value} and not used"


def _offered(path) -> set[str]:
    tree = _parsed(path)
    macros = {node.name for node in tree.find_all(nodes.Macro)}
    values = {n.target.name for n in tree.find_all(nodes.Assign) if isinstance(n.target, nodes.Name)}
    imported = {own for n in tree.find_all(nodes.FromImport) for own in n.names if isinstance(own, str)}
    return macros | values | imported


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_nothing_in_a_template_escapes_escaping(path):
    tree = _parsed(path)
    marked = [node.lineno for node in tree.find_all(nodes.Filter) if node.name in ("safe", "forceescape")]
    marked += [node.lineno for node in tree.find_all((nodes.MarkSafe, nodes.EvalContextModifier))]
    lines = text(path).splitlines()
    found = {lines[number - 1].strip() for number in marked}
    assert found <= UNESCAPED.get(str(path.relative_to(FOLDER)), set())


INLINE = {
    "a style of its own": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I),
    "a handler": re.compile(r"<[a-z][^>{]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=", re.I),
    "an inline style sheet": re.compile(r"<style\b(?![^>]*nonce)", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*(?:\ssrc=|nonce=|application/(?:ld\+)?json))", re.I),
    "a script in an address": re.compile(r"=\s*[\"']?\s*javascript:", re.I),
    "something from elsewhere": re.compile(
        r"<(?:script|img|iframe|source|video|audio)\b[^>]*\ssrc=[\"']?(?:https?:)?//", re.I
    ),
}


@pytest.mark.parametrize("path", ON_SCREEN, ids=on_screen_ids)
def test_a_page_holds_nothing_that_the_content_policy_blocks(path):
    source = re.sub(r"\{#.*?#\}", "", text(path), flags=re.S)
    assert [what for what, pattern in INLINE.items() if pattern.search(source)] == []


@pytest.mark.parametrize("path", ON_SCREEN, ids=on_screen_ids)
def test_a_fragment_says_in_its_first_line_what_it_needs(path):
    if path.name.startswith("_"):
        assert text(path).lstrip().startswith("{#"), "begin with a comment that names what the fragment is given"


def test_every_template_is_used():
    code = "\n".join(text(path) for path in [*python("nesk"), *TEMPLATES])
    unused = [
        one for one in ids if not one.startswith(CHOSEN_BY_NAME) and f"'{one}'" not in code and f'"{one}"' not in code
    ]
    assert unused == []


COLOURFUL = {
    "tokens.css",
    "modes.css",  # the three schemes for weak eyes
    "visionbar.css",  # and a sample of each to choose by
    "print.css",
}
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![\w-]*[\"'])|\brgba?\(|\bhsla?\(")


def test_colours_stand_only_among_the_tokens():
    sheets = [p for p in tracked() if p.suffix == ".css" and p.is_relative_to(ROOT / "static" / "css")]
    found = [
        f"{name(path)}:{number} {line.strip()[:90]}"
        for path in sheets
        if path.name not in COLOURFUL
        for number, line in enumerate(text(path).splitlines(), 1)
        if COLOUR.search(re.sub(r"url\([^)]*\)|/\*.*?\*/", "", line))
    ]
    assert found == []
