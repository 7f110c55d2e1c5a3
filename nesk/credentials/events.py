"""What happens to codes, links and second factors; never the secrets themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodeAsked:
    """Somebody waits for a code with the phone in hand."""

    challenge_id: int


@dataclass(frozen=True)
class LinkAsked:
    challenge_id: int


@dataclass(frozen=True)
class CodesRanOut:
    """The day's cap on SMS with codes is reached."""

    cap: int
