"""What the company may change about messages (§7)."""

from dataclasses import dataclass

from nesk.core.settings import number, text
from nesk.notifications.rules import QuietHours


@dataclass(frozen=True)
class NotificationSettings:
    sms_sender: str = text("NESK", longest=11)
    mail_from: str = text("НЭСК <noreply@demo.nesk>", longest=200)
    sms_about_orders: bool = True
    sms_about_payments: bool = True
    sms_quiet_hours: bool = True
    """SMS that can wait do not go at night; codes, payments and what happens right now do."""
    quiet_from_hour: int = number(22, 1, 24)
    quiet_to_hour: int = number(8, 0, 23)
    weekend_quiet_from_hour: int = number(20, 1, 24)
    weekend_quiet_to_hour: int = number(9, 0, 23)

    @property
    def quiet_hours(self) -> QuietHours | None:
        """None when SMS go at any hour."""
        if not self.sms_quiet_hours:
            return None
        return QuietHours(
            (self.quiet_from_hour, self.quiet_to_hour), (self.weekend_quiet_from_hour, self.weekend_quiet_to_hour)
        )
