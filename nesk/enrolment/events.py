"""What happens on the way of people to their accounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BindingRefused:
    """A number and what was to prove it did not fit together; what was typed is told to nobody."""

    person_id: int
    way: str
    account_id: int | None
    """The account that was aimed at, where there is one."""


@dataclass(frozen=True)
class BindingAttacked:
    """Refusals have piled up: from now on a word on a picture is asked for."""

    refused: int
    bound: int
