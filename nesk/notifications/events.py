"""What happens to messages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MessageQueued:
    message_id: int


@dataclass(frozen=True)
class UrgentMessageQueued:
    """A code or another message that somebody waits for with the phone in hand."""

    message_id: int
