"""A long list is read a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, the number of their page (from 1), and how many rows there are in all."""

    rows: Sequence[Row]
    number: int
    total: int
    per_page: int

    @property
    def pages(self) -> int:
        return max(-(-self.total // self.per_page), 1)


def page_of(rows: Sequence[Row], number: int, *, per_page: int) -> Page[Row]:
    """A page of rows that are all in memory; past the last one it is empty."""
    number = max(number, 1)
    return Page(rows[(number - 1) * per_page : number * per_page], number, len(rows), per_page)
