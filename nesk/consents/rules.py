"""How the plain text of a document is read: headings, paragraphs, lists; and what two versions differ in."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

HEADING, ITEM = "## ", "- "
PIECE = 400


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: `kind` is heading, paragraph or list; a list has a line for each of its items."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The parts of a text: an empty line ends one, «## » begins a heading, «- » an item of a list."""
    return [block for part in text.replace("\r\n", "\n").split("\n\n") for block in _part(part)]


def _part(part: str) -> Iterator[Block]:
    pending: list[str] = []
    kind = "paragraph"
    for line in filter(None, (each.strip() for each in part.split("\n"))):
        found = "heading" if line.startswith(HEADING) else "list" if line.startswith(ITEM) else "paragraph"
        if pending and (found != kind or kind == "heading"):
            yield Block(kind, tuple(pending))
            pending = []
        kind = found
        pending.append(line.removeprefix(HEADING if kind == "heading" else ITEM if kind == "list" else ""))
    if pending:
        yield Block(kind, tuple(pending))


def pieces(line: str) -> list[str]:
    """A line in pieces short enough for a paper, which cuts what is longer; joined, they are the line again."""
    found, rest = [], line
    while len(rest) > PIECE:
        cut = rest.rfind(" ", 0, PIECE) + 1 or PIECE
        found.append(rest[:cut])
        rest = rest[cut:]
    return [*found, rest]


@dataclass(frozen=True, slots=True)
class Change:
    """A line of two versions laid beside each other: `kind` is same, added or removed."""

    kind: str
    line: str


def changes(before: str, after: str) -> list[Change]:
    """What turns one text into the other, line by line; lines that stayed stand where they were."""
    old, new = before.splitlines(), after.splitlines()
    found = []
    for _, begin, end, since, until in difflib.SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if old[begin:end] == new[since:until]:
            found += [Change("same", line) for line in old[begin:end]]
        else:
            found += [Change("removed", line) for line in old[begin:end]]
            found += [Change("added", line) for line in new[since:until]]
    return found
