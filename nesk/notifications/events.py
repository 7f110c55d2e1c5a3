"""What happens to messages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MessageQueued:
    message_id: int


@dataclass(frozen=True)
class UrgentMessageQueued:
    """A message that somebody waits for with the phone in hand."""

    message_id: int


@dataclass(frozen=True)
class ReceiptsAnnounced:
    """Letters of one mailing were written for accounts after one and up to another; the accounts after them follow."""

    event_id: int
    branch_id: int
    month: int
    after: int
    until: int
