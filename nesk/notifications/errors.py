"""How the outside world says no to a message."""

from nesk.core.errors import NeskError


class Undeliverable(NeskError):
    """This message will never reach this recipient: trying again is useless. `reason` is for the row, not for logs."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"refused for good: {code}")
        self.code = code
        self.reason = reason[:200]


class Malformed(Undeliverable, ValueError):
    """The message itself may not be sent: a line break in a header, an address that is none."""

    def __init__(self, reason: str) -> None:
        super().__init__(0, reason)


def is_text(text: str) -> bool:
    """Whether a text can be written down at all: halves of emoji come out of careless cutting and cannot."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
