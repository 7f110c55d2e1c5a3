"""The wire of letters: how a letter is put together and handed to a mail server."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from nesk.core import clock
from nesk.core.errors import Unavailable
from nesk.notifications.errors import Malformed, Undeliverable, is_text

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_ABOUT_US = frozenset({530, 535, 538})
"""Refusals that speak of our own password, not of the recipient."""
_GREETING_SECONDS = 10
_ANSWER_SECONDS = 30  # servers look for spam before they take a letter; giving up early means a second copy


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person. `message_id` is ours (`[A-Za-z0-9._-]`): the same letter always bears the same one.

    `list_unsubscribe` is the https address that ends the subscription without a login (RFC 8058).
    """

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    attachments: Sequence[Attachment] = ()
    list_unsubscribe: str | None = None


class Mailer:
    """A mail server: `smtp://user:password@host:port?starttls=1` or `smtps://…`.

    `sender` is the From, «АО «НЭСК» <lk@example.com>»; `id_host`, or else its domain, ends the Message-ID. Certificates
    are verified; `ca_file` adds a root. A password never goes over an open wire, except to loopback. Raises ValueError
    otherwise.
    """

    def __init__(self, url: str, *, sender: str, ca_file: str | None = None, id_host: str | None = None) -> None:
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query))
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or asked.keys() - {"starttls"}:
            raise ValueError("a mail server is smtp://host, smtps://host or smtp://host?starttls=1")
        self._implicit_tls = parts.scheme == "smtps"
        self._starttls = asked.get("starttls", "0") not in ("", "0")
        self._host = parts.hostname
        self._port = parts.port or (465 if self._implicit_tls else 587 if self._starttls else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        if self._user and not (self._implicit_tls or self._starttls or _is_loopback(self._host)):
            raise ValueError("the password of the mail server would go over an open wire: add ?starttls=1")
        name, address = parseaddr(sender)
        if not _ADDRESS.fullmatch(address) or _CONTROL.search(sender):
            raise ValueError("the sender of letters is no e-mail address")
        self._sender = Address(display_name=name, addr_spec=address)
        self._id_host = id_host or self._sender.domain
        self._tls = ssl.create_default_context()
        if ca_file:
            self._tls.load_verify_locations(ca_file)

    def send(self, letter: Letter) -> None:
        """Hand one letter over; see `Connection.send`."""
        with self.connection() as connection:
            connection.send(letter)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """For a batch: letters sent through it share a connection, opened at the first and mended if it breaks."""
        connection = Connection(self)
        try:
            yield connection
        finally:
            connection.close()

    def compose(self, letter: Letter) -> EmailMessage:
        """The letter as it goes over the wire. Raises Malformed."""
        headers = (
            letter.to,
            letter.subject,
            letter.list_unsubscribe or "",
            *(file.name for file in letter.attachments),
        )
        if any(_CONTROL.search(header) for header in headers) or not is_text(letter.text + letter.html):
            raise Malformed("управляющий символ или перевод строки в заголовке письма")
        if not _ADDRESS.fullmatch(letter.to) or not _MESSAGE_ID.fullmatch(letter.message_id):
            raise Malformed("адрес получателя или номер письма")
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject.replace("=?", "= ?")  # or the header class would decode it, line breaks too
        message["Date"] = format_datetime(clock.local_now())
        message["Message-ID"] = f"<{letter.message_id}@{self._id_host}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "ru"
        if letter.list_unsubscribe:
            message["List-Unsubscribe"] = f"<{letter.list_unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text, cte="base64")
        if letter.html:
            message.add_alternative(letter.html, subtype="html", cte="base64")
        for file in letter.attachments:
            if not _MEDIA_TYPE.fullmatch(file.media_type):
                raise Malformed("вид вложения")
            main, _, sub = file.media_type.partition("/")
            message.add_attachment(file.body, maintype=main, subtype=sub, filename=file.name)
        return message

    def _open(self) -> smtplib.SMTP:
        # Our name is given: smtplib would look one up, and a slow name server would hold every letter.
        named, wait = self._sender.domain, _GREETING_SECONDS
        if self._implicit_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, named, timeout=wait, context=self._tls)
        else:
            smtp = smtplib.SMTP(self._host, self._port, named, timeout=wait)
        try:
            if self._starttls:
                smtp.starttls(context=self._tls)
            if self._user:
                smtp.login(self._user, self._password)
            if smtp.sock:
                smtp.sock.settimeout(_ANSWER_SECONDS)
        except BaseException:
            smtp.close()
            raise
        return smtp


class Connection:
    """One conversation with the mail server; belongs to one thread."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._smtp: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> None:
        """Hand a letter over.

        Raises Undeliverable when the server refuses the recipient or the letter for good, Unavailable when it may be
        tried again: if the connection broke in the middle the letter may have gone, and its Message-ID tells doubles.
        """
        message = self._mailer.compose(letter).as_bytes()
        sender = self._mailer._sender.addr_spec
        try:
            self._ready().sendmail(sender, [letter.to], message)
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise _refusal(code, text) from None
        except smtplib.SMTPDataError as refused:
            raise _refusal(refused.smtp_code, refused.smtp_error) from None
        except (smtplib.SMTPException, OSError) as broken:
            self.close()
            answered = f" {broken.smtp_code}" if isinstance(broken, smtplib.SMTPResponseException) else ""
            raise Unavailable(f"the mail server is not available: {type(broken).__name__}{answered}") from None

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        if self._smtp:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
            self._smtp.close()
            self._smtp = None

    def _ready(self) -> smtplib.SMTP:
        """The open connection, if the server still listens on it; a new one otherwise. Nothing is in flight here."""
        if self._smtp:
            with suppress(smtplib.SMTPException, OSError):
                if self._smtp.rset()[0] == 250:
                    return self._smtp
            self._smtp.close()
            self._smtp = None
        self._smtp = self._mailer._open()
        return self._smtp


def _refusal(code: int, text: bytes | str) -> Undeliverable | Unavailable:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if code >= 500 and code not in _ABOUT_US:
        return Undeliverable(code, f"{code} {said}")
    return Unavailable(f"the mail server refused for now: {code}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
