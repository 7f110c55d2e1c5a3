"""What counts as a failure of an account, and what does not (B2)."""

import pytest

from nesk.core import limits
from nesk.core.errors import TooOften
from nesk.credentials.allowance import network
from nesk.enrolment.rules import MOST_A_DAY, limits_of
from tests.enrolment.claims import NUMBER, billed, bind, bound_to


def test_a_proved_claim_past_the_most_of_a_day_is_no_failure_of_the_account(district, newcomer):
    """B2: the account's own tries stay, so that others are not shut out by it."""
    billed(district.home.account.id)
    for _ in range(MOST_A_DAY):
        limits.count("binding_made", f"person:{newcomer.id}", limit=MOST_A_DAY, seconds=86_400)
    for _ in range(6):
        with pytest.raises(TooOften):
            bind(newcomer.id)
    counted = [(each.name, each.subject, each.seconds) for each in limits_of(newcomer.id, network(""), NUMBER)]
    assert limits.counted(*counted) == [0, 0, 0, 0]
    assert bound_to(newcomer.id) == []
