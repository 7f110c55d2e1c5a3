"""The project's own files, as the house tests read them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOMAINS = (
    "branches", "people", "accounts", "metering", "billing", "payments", "fieldwork", "documents", "notifications",
)  # fmt: skip


@cache
def tracked() -> list[Path]:
    """Every file of the project: what git knows, or would know if it were added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


def python(*folders: str) -> list[Path]:
    """The Python files under the given folders of the project."""
    return [p for p in tracked() if p.suffix == ".py" and any(p.is_relative_to(ROOT / folder) for folder in folders)]


@cache
def text(path: Path) -> str:
    """The text of a file; empty for a picture or a font."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
