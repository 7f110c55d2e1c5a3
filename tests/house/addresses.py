"""Every address of the product with an example in place of each argument, and the table of who is answered what."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

from tests.house.sources import ROOT

TABLE = ROOT / "docs" / "rights.txt"

EXAMPLES = {
    "number": "230000000017",
    "month": "2026-10",
    "code": "meter_replacement",
    "export_type": "csv",
    "purpose": "notices",
    "kind": "email",
    "side": "new",
}


def has_number(rule: Rule) -> bool:
    return any("Integer" in type(converter).__name__ for converter in rule._converters.values())


def address(app: Flask, rule: Rule, *, number: int = 1) -> str:
    """The address with an example in place of every argument, `number` in place of every number."""
    values = {
        name: number if "Integer" in type(rule._converters[name]).__name__ else EXAMPLES.get(name, "x")
        for name in rule.arguments
    }
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def table() -> tuple[list[str], dict[str, dict[str, str]]]:
    """The roles, and «GET /address» → role → what docs/rights.txt says that they are answered."""
    head, *lines = TABLE.read_text().splitlines()
    roles = head.split()
    rows = (line.rsplit(maxsplit=len(roles)) for line in lines)
    return roles, {row[0]: dict(zip(roles, row[1:], strict=True)) for row in rows}
