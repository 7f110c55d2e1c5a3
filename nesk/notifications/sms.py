"""The wire of SMS: an HTTP gateway, and what a text costs in parts."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from nesk.core.errors import Unavailable
from nesk.core.outbound import Outbound, origin
from nesk.notifications.errors import Malformed, Undeliverable, is_text

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("^{}\\[~]|€\f")
_PHONE = re.compile(r"\+7[0-9]{10}")
_GREATEST_ID = 2_147_483_647
_SMS_REFUSED_FOR_GOOD = {
    1: "параметры",
    5: "дата",
    6: "текст или имя отправителя запрещены",
    7: "номер телефона",
    8: "сообщение на этот номер не доставляется",
}
"""Codes that speak of this message. The rest (password, funds, blocked, too often) will pass or be mended."""


@dataclass(frozen=True, slots=True)
class SmsResult:
    """The gateway has taken the message: its id there and how many parts are paid for."""

    provider_id: str
    parts: int


def sms_parts(text: str) -> int:
    """How many SMS a text takes: 160 signs of GSM 03.38 or 70 of UCS-2 in one, 153 or 67 in each of several.

    A sign of two units (an escaped one, an emoji) is never torn between two parts.
    """
    if all(sign in _GSM or sign in _GSM_ESCAPED for sign in text):
        alone, joined = 160, 153
        widths = [2 if sign in _GSM_ESCAPED else 1 for sign in text]
    else:
        alone, joined = 70, 67
        widths = [2 if ord(sign) > 0xFFFF else 1 for sign in text]
    if sum(widths) <= alone:
        return 1 if text else 0
    parts, room = 1, joined
    for width in widths:
        if width > room:
            parts, room = parts + 1, joined
        room -= width
    return parts


class SmsGateway:
    """An HTTP gateway of the SMSC kind. `sender` is the name agreed with the operators, empty for the gateway's own."""

    def __init__(self, url: str, login: str, password: str, sender: str, client: Outbound) -> None:
        self._url = url
        self._form = {"login": login, "psw": password, "charset": "utf-8", "fmt": "3"}
        if sender:
            self._form["sender"] = sender
        self._client = client

    @classmethod
    def at(cls, url: str, *, sender: str, client: Outbound) -> Self:
        """The gateway at an address that carries login and password: `https://login:password@host/sys/send.php`."""
        parts = urlsplit(url)
        bare = origin(url) + (parts.path or "/sys/send.php")
        return cls(bare, unquote(parts.username or ""), unquote(parts.password or ""), sender, client)

    def send(self, phone: str, text: str, message_id: int) -> SmsResult:
        """Hand a message over. The gateway knows doubles by `message_id` (1…2147483647): sending again is harmless.

        Raises Undeliverable when this message or number is refused for good, Unavailable when it may be tried again.
        """
        if not _PHONE.fullmatch(phone):
            raise Malformed("номер телефона")
        if not text or not is_text(text) or not 1 <= message_id <= _GREATEST_ID:
            raise Malformed("текст или номер сообщения")
        answer = self._client.post(self._url, form=self._form | {"phones": phone, "mes": text, "id": str(message_id)})
        if answer.status != 200:
            raise Unavailable(f"{answer.origin} answered {answer.status}")
        told = answer.json()
        if not isinstance(told, dict):
            raise Unavailable(f"{answer.origin} answered with no object")
        if "error" in told or "error_code" in told:
            code = _number(told.get("error_code"))
            if code in _SMS_REFUSED_FOR_GOOD:
                raise Undeliverable(code, f"{code}: {_SMS_REFUSED_FOR_GOOD[code]}")
            raise Unavailable(f"{answer.origin} refused for now: {code}")
        if not (provider_id := _number(told.get("id"))):
            raise Unavailable(f"{answer.origin} took a message without an id")
        return SmsResult(str(provider_id), _number(told.get("cnt")) or sms_parts(text))


def _number(value: object) -> int:
    """A positive number as a gateway writes it, in quotes or not; 0 for anything else."""
    text = str(value)
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
