"""Control sums of ИНН and of bank accounts: whether requisites can exist at all. All pure."""

import re

_DIGITS = re.compile(r"\d+", re.ASCII)
_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def _is_number(text: str, *lengths: int) -> bool:
    return len(text) in lengths and _DIGITS.fullmatch(text) is not None


def _inn_digit(inn: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(inn, weights, strict=False)) % 11 % 10)


def inn_is_right(inn: str) -> bool:
    """An ИНН of 10 digits (organizations) or 12 (people) whose control digits agree with the rest."""
    if not _is_number(inn, 10, 12):
        return False
    if len(inn) == 10:
        return inn[9] == _inn_digit(inn, _INN_10)
    return all(inn[10 + i] == _inn_digit(inn, weights) for i, weights in enumerate(_INN_12))


def _key_is_right(digits: str) -> bool:
    # Weights 7, 1, 3 over the 23 digits; only the last digits of the products count.
    return sum(int(digit) * (7, 1, 3)[i % 3] for i, digit in enumerate(digits)) % 10 == 0


def bank_account_is_right(account: str, bic: str) -> bool:
    """A расчётный счёт of 20 digits whose control key agrees with the bank's БИК."""
    return _is_number(account, 20) and _is_number(bic, 9) and _key_is_right(bic[-3:] + account)


def corr_account_is_right(account: str, bic: str) -> bool:
    """A корреспондентский счёт of 20 digits whose control key agrees with the bank's БИК."""
    return _is_number(account, 20) and _is_number(bic, 9) and _key_is_right("0" + bic[4:6] + account)
