"""What the company may change about how people come to their accounts."""

from dataclasses import dataclass

from nesk.core.settings import number, text


@dataclass(frozen=True)
class EnrolmentSettings:
    mobile_notice_shown: bool = True
    mobile_notice: str = text(
        "Уважаемый потребитель! Обращаем ваше внимание, что в Мобильном приложении НЭСК может отличаться список "
        "привязанных к учётной записи лицевых счетов. Если вы подключили новый лицевой счёт в Личном кабинете, то в "
        "Мобильном приложении НЭСК вам необходимо добавить его вручную. Это временная мера, приносим извинения за "
        "доставленные неудобства. Рекомендуем пользоваться Личным кабинетом, который адаптирован под использование "
        "со смартфона.",
        longest=2_000,
    )
    """The notice under the form of binding (S0-17)."""
    breaker_refusals: int = number(50, 1, 100_000)
    """So many refused tries within a quarter of an hour, most of all tries, and the word on a picture is asked for (B2)."""
    breaker_percent: int = number(80, 1, 100)
    """What share of all tries is «most»."""
