"""What a person is told when the bank has declined a payment: the bank's action codes in our words."""

GENERIC = "Платёж отклонён банком. Попробуйте другую карту или обратитесь в банк."

_NOT_DECLINED = frozenset({0, -100, -99, 400})
"""Done, not tried yet, in progress, reversed on request."""

# Codes about lost, stolen and blocked cards are left to the generic words: the payer may not be the holder.
_WORDS = {
    "На карте не хватает денег. Пополните её или оплатите другой картой.": (116,),
    "Срок действия карты истёк или указан неверно. Проверьте его или оплатите другой картой.": (101,),
    "Сработало ограничение карты на суммы или число платежей. Измените его в приложении банка "
    "или оплатите другой картой.": (12, 61, 65),
    "Номер или другие данные карты указаны неверно. Проверьте их и оплатите ещё раз.": (14, 111, 1015),
    "Код с оборота карты указан неверно. Проверьте его и оплатите ещё раз.": (82,),
    "Банк не получил от вас подтверждения. Оплатите ещё раз и введите код, который пришлёт банк.": (-2006, -2017),
    "Банк, выпустивший карту, не отвечает. Повторите позже или оплатите другой картой.": (
        *(-2018, 31, 103, 910),
        *(1001, 1018, 1019),
    ),
    "Время на оплату истекло. Начните оплату заново.": (-2007,),
    "Попытки оплаты по этому заказу закончились. Начните оплату заново.": (-2013,),
    "Этот заказ уже оплачен, платить ещё раз не нужно.": (2007,),
}
_BY_CODE = {code: words for words, codes in _WORDS.items() for code in codes}


def words(action_code: int | None) -> str | None:
    """What to tell the payer about this code; None when it tells of no refusal.

    Without a code, and for codes that help nobody, the words are general.
    """
    return None if action_code in _NOT_DECLINED else _BY_CODE.get(action_code or 0, GENERIC)
