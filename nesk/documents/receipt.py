"""The receipt (счёт-квитанция) of a closed month: its facts, the sums it prints, the page and the PDF.

Content by приказ Минстроя № 43/пр and PP 354 п. 69; layout and words of the bill of seed 001, fig. 13.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from nesk.core.period import Month
from nesk.core.rendering import pdf, render
from nesk.documents.embedded import image
from nesk.documents.qr import Requisites, payment_string, png, svg

ORDINARY_METERS = 2
"""The table of meters has at least so many rows; empty ones are printed with dashes, as on the paper bill."""


@dataclass(frozen=True, slots=True)
class Supplier:
    """The supplier and its branch as a bill names them, with the requisites that are paid to."""

    name: str
    branch: str
    address: str
    hours: str
    site: str
    email: str
    phone: str
    requisites: Requisites


@dataclass(frozen=True, slots=True)
class DialReading:
    """What a meter showed: `kind` as the bill abbreviates it («КО», «Интернет»), values of 1-эт, 2-эт, 3-эт."""

    kind: str
    on: date
    values: tuple[int, ...]

    def value(self, register: int) -> str:
        """The value of a register counted from 0, or «-» where the meter has none."""
        return str(self.values[register]) if register < len(self.values) else "-"


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter with its readings at the month's beginning and end; `used_kwh` is what was charged by it."""

    serial: str
    begin: DialReading | None
    end: DialReading | None
    used_kwh: int | None = None
    next_verification_on: date | None = None


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service in the month (S0-43): opening + charged + recalculated − quality − paid = closing, all in kopecks."""

    service: str
    opening_kop: int
    charged_kop: int
    closing_kop: int
    kwh: int | None = None
    price_e5: int | None = None
    recalculated_kop: int = 0
    quality_kop: int = 0
    paid_kop: int = 0


@dataclass(frozen=True, slots=True)
class RangeLine:
    """A volume at one price: «Диапазон 1», the zone's name (empty for a single rate), kWh, 1/100000 ₽, kopecks."""

    title: str
    zone: str
    kwh: int
    price_e5: int
    amount_kop: int


@dataclass(frozen=True, slots=True)
class LastPayment:
    """The last payment that the month's end knows of."""

    on: date
    amount_kop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """Everything a receipt prints. Sums to pay are reckoned here, from the lines alone."""

    month: Month
    made_on: date
    due_on: date
    supplier: Supplier
    account_number: str
    payer: str
    address: str
    lines: tuple[ServiceLine, ...]
    penalties: ServiceLine | None = None
    meters: tuple[MeterFacts, ...] = ()
    ranges: tuple[RangeLine, ...] = ()
    last_payment: LastPayment | None = None
    els: str = ""
    zhku: str = ""
    ipd: str = ""
    area_dm2: int = 0
    registered: int | None = None
    residents: int | None = None
    norm_kwh: int | None = None
    recalculation_reason: str = ""
    installment_kop: int = 0
    """What of a рассрочка falls on this month, contained in the lines."""
    notes: tuple[str, ...] = ()
    """Sentences at the foot: when to pass readings, where to call."""
    demo: bool = False

    @property
    def balance_kop(self) -> int:
        """The closing of all services together, penalties aside; negative when overpaid."""
        return sum(line.closing_kop for line in self.lines)

    @property
    def due_kop(self) -> int:
        """«К оплате без пеней»."""
        return max(self.balance_kop, 0)

    @property
    def penalty_kop(self) -> int:
        return max(self.penalties.closing_kop, 0) if self.penalties else 0

    @property
    def total_kop(self) -> int:
        """«Всего к оплате», with penalties."""
        return self.due_kop + self.penalty_kop

    @property
    def overpaid_kop(self) -> int:
        """«Переплата» of the services; penalties are never paid from it of themselves."""
        return max(-self.balance_kop, 0)

    @property
    def totals(self) -> ServiceLine:
        """The row «ИТОГО»."""
        lines = self.lines
        return ServiceLine(
            service="ИТОГО",
            opening_kop=sum(line.opening_kop for line in lines),
            charged_kop=sum(line.charged_kop for line in lines),
            closing_kop=self.balance_kop,
            recalculated_kop=sum(line.recalculated_kop for line in lines),
            quality_kop=sum(line.quality_kop for line in lines),
            paid_kop=sum(line.paid_kop for line in lines),
        )

    @property
    def meter_rows(self) -> tuple[MeterFacts, ...]:
        """The meters, filled up with empty rows."""
        return self.meters + (MeterFacts("-", None, None),) * (ORDINARY_METERS - len(self.meters))

    @property
    def area(self) -> str:
        """«54,3 м²»; empty where it is unknown."""
        if self.area_dm2 <= 0:
            return ""
        whole, rest = divmod(self.area_dm2, 100)
        fraction = f"{rest:02}".rstrip("0")
        return f"{whole},{fraction}\u00a0м²" if fraction else f"{whole}\u00a0м²"

    @property
    def qr(self) -> str:
        """The payment string of exactly the sums printed (Example 1 of §5.4, AddAmount when there are penalties)."""
        subject = "электроэнергию и пени" if self.penalty_kop else "электроэнергию"
        return payment_string(
            self.supplier.requisites,
            account_number=self.account_number,
            total_kop=self.total_kop,
            penalty_kop=self.penalty_kop,
            purpose=f"Оплата за {subject}, л/с {self.account_number}, {self.month.title}",
            month=self.month,
            payer=self.payer,
            payer_address=self.address,
            category="Электроэнергия",
            service="Электроснабжение",
        )


def receipt_html(facts: ReceiptFacts) -> str:
    """The whole document that the PDF is drawn from."""
    return render("pdf/receipt.html", facts=facts, qr_image=image(png(facts.qr), css="paper-qr"))


def receipt_body(facts: ReceiptFacts) -> Markup:
    """The same receipt as the body of a page: for the low-sighted, and for those who read it on a phone."""
    return Markup(render("pdf/_receipt_body.html", facts=facts, qr_image=Markup(svg(facts.qr))))


def receipt_pdf(facts: ReceiptFacts) -> bytes:
    """The receipt as PDF: A4, one page for an ordinary account. Raises confined.JobFailed when it cannot be drawn."""
    return pdf(receipt_html(facts))
