"""E-mail addresses: one spelling per mailbox, ASCII only, with nothing in them that a header could be broken with."""

from email_validator import EmailNotValidError, validate_email


def parse_email(text: str) -> str | None:
    """The address in its one spelling, or None when it is none.

    Everything is lower-cased, for no provider tells mailboxes apart by case, and a Cyrillic domain is kept in its ASCII
    form, for banks and mail servers take no other. Letters outside ASCII before the @ are refused: «mıke@…» lower-cases
    and upper-cases into somebody else's address, which is how recovery letters have been stolen.
    """
    typed = text.strip(" \u00a0\t")
    local = typed.rpartition("@")[0]
    if not typed.isprintable() or not local.isascii() or len(typed) > 254:
        return None
    try:
        valid = validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    return valid.ascii_email.lower() if valid.ascii_email else None
