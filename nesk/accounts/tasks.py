"""What happens to the rights of others when a holder's own right ends."""

from nesk.accounts import ending
from nesk.accounts.events import AccountUnbound
from nesk.core.events import on


@on(AccountUnbound, prompt=True)
def end_what_was_given(binding_id: int, person_id: int, account_id: int) -> None:
    """Guests and care links go with whoever let them in, before the page answers."""
    ending.end_all_given_by(person_id, account_id)
