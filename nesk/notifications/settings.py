"""What the company may change about messages (§7)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NotificationSettings:
    sms_sender: str = "NESK"
    mail_from: str = "НЭСК <noreply@demo.nesk>"
    sms_about_orders: bool = True
    sms_about_payments: bool = True
