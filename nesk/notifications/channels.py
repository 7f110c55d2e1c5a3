"""The channels that carry messages out: what the rest of the package needs of them, in one place."""

from nesk.notifications.errors import Malformed, Undeliverable
from nesk.notifications.mail import Attachment, Connection, Letter, Mailer
from nesk.notifications.sms import SmsGateway, SmsResult, sms_parts

__all__ = [
    "Attachment",
    "Connection",
    "Letter",
    "Mailer",
    "Malformed",
    "SmsGateway",
    "SmsResult",
    "Undeliverable",
    "sms_parts",
]
