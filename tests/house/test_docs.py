"""What the documents say is there."""

import re

import pytest

from tests.house.sources import ROOT, text, tracked

DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]
FOLDERS = ("nesk/", "templates/", "tests/", "static/", "docs/", "migrations/", "requirements/")
ids = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def quoted(path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text(path))


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_every_file_that_a_document_names_is_there(path):
    named = {word for word in quoted(path) if word.startswith(FOLDERS) and not re.search(r"[<*…{ ]", word)}
    # A decision may be named by its number alone.
    assert [word for word in sorted(named) if not any(ROOT.glob(word.partition(":")[0].rstrip("/") + "*"))] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_every_link_and_picture_of_a_document_leads_somewhere(path):
    targets = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text(path))}
    local = [t for t in targets if t and not re.match(r"[a-z]+:", t)]
    assert [target for target in sorted(local) if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_every_endpoint_that_a_document_names_is_there(app, path):
    surfaces = {endpoint.partition(".")[0] for endpoint in app.view_functions if "." in endpoint}
    named = {word for word in quoted(path) if re.fullmatch(r"[a-z_]+(\.[a-z_]+){1,2}", word)}
    pages = {
        word for word in named if word.partition(".")[0] in surfaces and not word.endswith((".py", ".html", ".css"))
    }
    assert sorted(pages - set(app.view_functions)) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_every_make_target_that_a_document_names_is_there(path):
    targets = set(re.findall(r"^([a-z]+):.*##", text(ROOT / "Makefile"), re.M))
    named = {match[1] for word in quoted(path) if (match := re.match(r"make ([a-z]+)\b", word))}
    assert sorted(named - targets) == []


def test_the_map_leads_from_a_deed_to_its_endpoint_module_template_and_test(app):
    rows = re.findall(
        r"^\| [^|]+ \| `([a-z_.]+)` \| `([^`]+)` \| `([^`]+)`[^|]*\| `([^`]+)` \|$",
        text(ROOT / "docs" / "map.md"),
        re.M,
    )
    assert "cabinet.readings.submit" in {endpoint for endpoint, *_ in rows}
    for endpoint, *files in rows:
        assert endpoint in app.view_functions
        assert [file for file in files if not (ROOT / file).is_file()] == []
