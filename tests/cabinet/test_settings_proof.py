"""S5: what changes the e-mail, the phone or the password asks for the password when it was last shown ten minutes ago."""

import pytest

from nesk.credentials.email_change import pending_email
from nesk.credentials.models import Challenge
from nesk.people.models import Identity, Person, Session
from tests.browser import PASSWORD
from tests.cabinet.someone import captcha, cheap_hashes, forget_proof, me, person, secret

__all__ = ["cheap_hashes", "me", "person"]

PAGE = "/cabinet/settings"
NEW, NUMBER, SECRET = "new@demo.nesk", "8(900) 000-00-77", "Зимний-вечер-2026"

PROVED = {
    "cabinet.settings.index": lambda: {"email": NEW},
    "cabinet.settings.email": lambda: {"email": NEW, "email_again": NEW, "captcha": captcha()},
    "cabinet.settings.confirm_email": dict,
    "cabinet.settings.phone": lambda: {"phone": NUMBER},
    "cabinet.settings.phone_code": lambda: {"code": secret("phone")},
    "cabinet.settings.remove": dict,
    "cabinet.profile.authorization": lambda: {"new_password": SECRET, "new_password_again": SECRET},
}
"""What changes the e-mail, the phone or the password → a lawful request but for the proof."""

FREE = {
    "cabinet.settings.cancel_email",  # takes a change back
    "cabinet.settings.phone_code_again",  # to the number that a proved request has named
    "cabinet.subscriptions.messages",
    "cabinet.subscriptions.receipt",  # the login stays; another address proves itself by its link
    "cabinet.subscriptions.end_receipt",
    "cabinet.subscriptions.confirm_address",
    "cabinet.subscriptions.new_phone",  # for informational SMS; nobody signs in by it
    "cabinet.subscriptions.phone",
    "cabinet.subscriptions.phone_code",
    "cabinet.subscriptions.phone_code_again",
    "cabinet.subscriptions.end_phone",
    "cabinet.profile.index",
    "cabinet.profile.extended",
    "cabinet.profile.preferences",
    "cabinet.profile.change_photo",
    "cabinet.profile.remove_photo",
}


def facts():
    return (
        Person.get().password_hash,
        sorted(Identity.select(Identity.kind, Identity.value).tuples()),
        Challenge.select().where(Challenge.ended_at.is_null()).count(),
    )


def test_every_address_that_changes_something_here_is_in_one_of_the_lists(app):
    ours = ("cabinet.settings.", "cabinet.subscriptions.", "cabinet.profile.")
    changing = {
        r.endpoint for r in app.url_map.iter_rules() if "POST" in (r.methods or ()) and r.endpoint.startswith(ours)
    }
    assert changing == PROVED.keys() | FREE


@pytest.mark.parametrize("endpoint", PROVED)
def test_what_is_dear_asks_for_the_password_after_ten_minutes(me, person, endpoint):
    """Without it nothing moves, with it the change is made, and then not asked for again."""
    values = {}
    if endpoint.endswith("confirm_email"):
        me.submit(PAGE, {"email": NEW}, button="Сохранить изменения")
        values = {"side": "new", "token": secret("email_new")}
    if endpoint.endswith("phone_code"):
        me.submit(f"{PAGE}/phone", {"phone": NUMBER})
    if endpoint.endswith("remove"):
        values = {"kind": "phone"}
    forget_proof()
    before = facts()
    me.open(endpoint, **values)
    data = PROVED[endpoint]()
    page = me.submit(endpoint, data, status=422, **values)
    assert any("пароль" in each for each in page.errors)
    assert facts() == before
    again = {name: value for name, value in data.items() if name.startswith("new_password") or name == "captcha"}
    if "captcha" in again:
        again["captcha"] = captcha()
    me.submit(endpoint, again | {"current_password": PASSWORD}, **values)
    assert facts() != before or pending_email(person.id).new_is_proved
    assert Session.select().where(Session.ended_at.is_null()).get().proved_at is not None
