"""The payment code of ГОСТ Р 56042-2014: the string a bank's application reads, and its picture.

The string is always UTF-8 («ST00012»). Values from people cannot add a key: the separator is a sign that no value has.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import zxingcpp
from PIL import Image

from nesk.core.period import Month
from nesk.core.requisites import bank_account_is_right, corr_account_is_right, inn_is_right

HEADER = "ST00012"
MANDATORY = ("Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc")
"""In this order: strict readers refuse another."""
SEPARATORS = "|~^#$*"
QUIET_ZONE = 4

_LIMITS = {
    "Name": 160, "PersonalAcc": 20, "BankName": 45, "BIC": 9, "CorrespAcc": 20, "Sum": 18, "Purpose": 210,
    "PayeeINN": 12, "KPP": 9, "PersAcc": 20, "PaymPeriod": 6, "AddAmount": 18, "TechCode": 2,
}  # fmt: skip
_ELSE_LIMIT = 160
"""The standard sets no length for names and addresses; the code must stay readable."""
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufffd\ud800-\udfff]+")
_HEADER = re.compile(r"ST0001[123]\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Requisites:
    """Who is paid and where. Comes from the branch, never from what a person typed."""

    name: str
    inn: str
    kpp: str
    account: str
    bank_name: str
    bic: str
    corr_account: str

    @property
    def problems(self) -> list[str]:
        """What makes them unusable, in words for the staff; empty when all control sums agree."""
        found = []
        if not inn_is_right(self.inn):
            found.append("ИНН: не сходится контрольная сумма")
        if not bank_account_is_right(self.account, self.bic):
            found.append("Расчётный счёт: контрольный ключ не подходит к БИК")
        if self.corr_account != "0" and not corr_account_is_right(self.corr_account, self.bic):
            found.append("Корреспондентский счёт: контрольный ключ не подходит к БИК")
        if self.kpp and not re.fullmatch(r"\d{9}", self.kpp, re.ASCII):
            found.append("КПП: нужно 9 цифр")
        return found


def payment_string(
    payee: Requisites,
    *,
    account_number: str = "",
    total_kop: int = 0,
    penalty_kop: int = 0,
    purpose: str = "",
    month: Month | None = None,
    payer: str = "",
    payer_address: str = "",
    category: str = "",
    service: str = "",
) -> str:
    """What the QR says, keys in the order of the examples of §5.4.

    `total_kop` is the whole sum and contains `penalty_kop`, which AddAmount repeats apart. Where nothing is due there is
    no Sum, so that an overpaid bill or a blank still tells whom to pay.
    """
    if not 0 <= penalty_kop <= max(total_kop, 0):
        raise ValueError("penalties are a part of the total")
    values = {
        "Name": payee.name,
        "PersonalAcc": payee.account,
        "BankName": payee.bank_name,
        "BIC": payee.bic,
        "CorrespAcc": payee.corr_account or "0",
        "Sum": str(total_kop) if total_kop > 0 else "",
        "Purpose": purpose,
        "PayeeINN": payee.inn,
        "KPP": payee.kpp,
        "LastName": payer,
        "PayerAddress": payer_address,
        "PersAcc": account_number,
        "PaymPeriod": f"{month.number:02}{month.year:04}" if month else "",
        "Category": category,
        "ServiceName": service,
        "AddAmount": str(penalty_kop) if penalty_kop > 0 else "",
        "TechCode": "02",
    }
    return build(values)


def build(values: dict[str, str]) -> str:
    """The string of these keys: values cleaned and cut to the standard's lengths, empty ones left out."""
    clean = {key: cleaned(key, value) for key, value in values.items()}
    text = "".join(clean.values())
    separator = next((sign for sign in SEPARATORS if sign not in text), None)
    if separator is None:
        separator = SEPARATORS[0]
        clean = {key: cleaned(key, value.replace(separator, " ")) for key, value in clean.items()}
    return separator.join([HEADER, *(f"{key}={value}" for key, value in clean.items() if value or key in MANDATORY)])


def cleaned(key: str, value: str) -> str:
    """A value as it may stand in the string: one line, no control signs, not longer than the key allows."""
    return _SPACES.sub(" ", value).strip()[: _LIMITS.get(key, _ELSE_LIMIT)].rstrip()


def parse(text: str) -> dict[str, str]:
    """Read a payment string strictly, keys in their order; raises ValueError for anything a bank might not read."""
    if len(text) < 8 or not _HEADER.match(text[:7]) or "\ufffd" in text:
        raise ValueError("this is no payment string")
    separator = text[7]
    found: dict[str, str] = {}
    for part in text[8:].removesuffix(separator).split(separator):
        key, equals, value = part.partition("=")
        if not equals or not key.strip() or key in found:
            raise ValueError(f"a broken part: {part[:40]!r}")
        found[key] = value
    if tuple(found)[: len(MANDATORY)] != MANDATORY:
        raise ValueError("the mandatory keys do not lead in their order")
    return found


def _modules(text: str) -> Image.Image:
    """The code, one pixel a module, no margin. Level M, as ГОСТ Р 56042 recommends for paper.

    Bytes and eci="unknown": given a str, zxing writes windows-1251 under an ECI mark, and given bare bytes an ECI of
    binary data, which other readers than itself show as garbage.
    """
    code = zxingcpp.create_barcode(text.encode(), zxingcpp.BarcodeFormat.QRCode, ec_level="M", eci="unknown")
    pixels = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    height, width = pixels.shape  # type: ignore[misc]
    return Image.frombytes("L", (width, height), pixels.tobytes())


def png(text: str, *, scale: int = 4) -> bytes:
    """The code as a black and white PNG with its quiet zone, `scale` pixels a module."""
    modules = _modules(text)
    side = modules.width + 2 * QUIET_ZONE
    framed = Image.new("L", (side, side), 255)
    framed.paste(modules, (QUIET_ZONE, QUIET_ZONE))
    out = io.BytesIO()
    framed.resize((side * scale, side * scale), Image.Resampling.NEAREST).convert("1").save(out, "PNG")
    return out.getvalue()


def svg(text: str, *, title: str = "QR-код для оплаты") -> str:
    """The code as an SVG that scales to its box and needs no style of its own."""
    modules = _modules(text)
    side = modules.width + 2 * QUIET_ZONE
    path = "".join(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{run}v1h-{run}z" for x, y, run in _runs(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" aria-label="{title}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def _runs(modules: Image.Image) -> Iterator[tuple[int, int, int]]:
    """The dark stretches of every row as (x, y, length)."""
    width, pixels = modules.width, modules.tobytes()
    for y in range(modules.height):
        row = pixels[y * width : (y + 1) * width]
        x = 0
        while (start := row.find(0, x)) >= 0:
            end = row.find(255, start)
            x = width if end < 0 else end
            yield start, y, x - start
