"""The services a new copy starts with (S1-18, §8.1); prices and terms are samples that staff change."""

from __future__ import annotations

from nesk.core.db import transaction
from nesk.fieldwork.models import Service

_ROWS = (
    # code, title, work, roubles, term in working days, minutes, urgent, needs an account, hidden
    ("RPL", "Замена электросчетчика", "replacement", 2500, 15, 60, False, True, False),
    ("RPL-U", "Замена электросчетчика по срочной процедуре", "replacement", 4500, 3, 60, True, True, False),
    (
        "SEAL",
        "Проверка схемы подключения электросчетчика с целью опломбировки",
        "sealing",
        900,
        15,
        45,
        False,
        True,
        False,
    ),
    ("PROG", "Программирование многотарифного электросчетчика", "programming", 1200, 10, 45, False, True, False),
    (
        "SEAL-NA",
        "Проверка схемы подключения электросчетчика с целью опломбировки без л/с",
        "sealing",
        1100,
        15,
        45,
        False,
        False,
        False,
    ),
    ("UNSEAL", "Распломбировка", "unsealing", 800, 10, 30, False, True, False),
    ("UNSEAL-U", "Распломбировка по срочной процедуре", "unsealing", 1600, 2, 30, True, True, False),
    ("ELW", "Электромонтажные работы", "electrical", None, None, 120, False, True, False),
    ("OTHER", "Прочие услуги", "other", None, None, 60, False, True, False),
    ("TEST", "(Тест) Новая услуга (В разработке)", "other", None, None, 60, False, True, True),
)


def install_catalogue() -> None:
    """Add the services that are not there yet; what staff have changed stays."""
    with transaction():
        for position, (code, title, work, price, term, minutes, urgent, needs_account, hidden) in enumerate(_ROWS):
            Service.get_or_create(
                code=code,
                defaults={
                    "title": title,
                    "work": work,
                    "price_kop": None if price is None else price * 100,
                    "term_days": term,
                    "norm_minutes": minutes,
                    "is_urgent": urgent,
                    "needs_account": needs_account,
                    "is_hidden": hidden,
                    "position": position,
                    "is_demo": True,
                },
            )
