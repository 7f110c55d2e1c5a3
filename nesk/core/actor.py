"""Who does a thing: every operation is told, and every event says it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "staff", "crew", "business", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change. `id` is the row of that kind; for `system` it names the part, as in «system:clock»."""

    kind: Kind
    id: int | str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def system(part: str) -> Actor:
    """The product itself acting: the clock, the billing run, an import, the bank's callback."""
    return Actor("system", part)
