"""What payments do by schedule."""

from nesk.core.schedule import scheduled
from nesk.payments import operations


@scheduled("payments.ask", every=10)
def ask() -> None:
    """A lost callback costs half a minute, not the payment."""
    operations.ask_about_open_attempts()
