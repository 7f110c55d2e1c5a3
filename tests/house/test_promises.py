"""Every promise about the ways in has its named test, and the test is there: docs/promises.md."""

import ast
import re
from functools import lru_cache

from tests.house.sources import ROOT, text, tree

PROMISES = {
    *(f"A{number}" for number in range(1, 12)),
    *(f"B{number}" for number in range(1, 6)),
    *(f"S{number}" for number in range(1, 7)),
    *("Z1", "Z2", "Z3", "W2", "W3", "W4", "W5", "W6", "D2"),
}
ROW = re.compile(r"^\| ([A-Z]\d+) \| [^|]+ \| ([^|]+) \|$", re.M)
TEST = re.compile(r"`(tests/\S+\.py)::(test_\w+)`( \(soak\))?")


def rows() -> dict[str, list[tuple[str, str, bool]]]:
    """Id of a promise → its tests: file, name, whether some of it is long."""
    found = ROW.findall(text(ROOT / "docs" / "promises.md"))
    return {id: [(path, name, bool(soak)) for path, name, soak in TEST.findall(tests)] for id, tests in found}


@lru_cache
def named_in(path: str) -> dict[str, bool]:
    """Name of a test → whether any of it is for `make soak`."""
    functions = (node for node in tree(ROOT / path).body if isinstance(node, ast.FunctionDef))
    return {f.name: any("mark.soak" in ast.unparse(each) for each in f.decorator_list) for f in functions}


def test_every_promise_has_tests():
    assert {id for id, tests in rows().items() if tests} == PROMISES


def test_every_test_of_a_promise_is_there_and_as_long_as_the_table_says():
    named = [each for tests in rows().values() for each in tests]
    assert [each for each in named if named_in(each[0]).get(each[1]) is not each[2]] == []
