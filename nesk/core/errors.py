"""The few ways in which an operation may say no; each surface has one handler for them."""


class NeskError(Exception):
    """The family of the errors that the product raises on purpose."""


class Refused(NeskError):
    """A rule said no. `message` tells a person in Russian what to do; `field` names the form field, if one is at fault."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(Refused):
    """Somebody else changed the thing meanwhile, or the same key came with other contents (409)."""


class NotFound(NeskError):
    """There is no such thing for this person: absent and foreign are one answer (404)."""


class Forbidden(NeskError):
    """Somebody may know of the thing and may not do this with it (403); `message` says so in Russian, where the page's
    own words would be too few."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Unavailable(NeskError):
    """The outside world does not answer: the page says so (503), the worker tries again."""


class TooOften(Refused):
    """A limit is used up (429). `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.retry_after = retry_after
