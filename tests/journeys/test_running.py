"""The whole product as processes: it starts, and comes back from a kill -9 of any part of it."""

import httpx
import pytest


def test_a_killed_process_comes_back_and_the_site_serves_again(stack):
    for name in ("worker", "clock", "sandbox", "web"):
        stack.kill_and_revive(name)
    assert httpx.get(f"{stack.url}/readyz").json() == {"database": "ok", "broker": "ok", "files": "ok"}
    assert stack.errors() == []


@pytest.mark.parametrize("stack", ["together"], indirect=True)
def test_the_sandbox_tells_what_a_person_would_read_off_a_paper_bill(stack):
    facts = stack.facts()
    assert facts["bind"].keys() == {"account", "serial", "total", "payment", "branch"}
    assert (facts["bind"]["account"], facts["bind"]["serial"]) == ("230000000033", "41027863")
    assert stack.messages() == []
