"""The channels against the sandbox's SMS gateway and mail server as a process of their own."""

import importlib.util

import pytest

from nesk.core.errors import Unavailable
from nesk.core.outbound import Outbound
from nesk.notifications.channels import Letter, Mailer, SmsGateway
from tests.wire import sandbox

pytestmark = pytest.mark.skipif(importlib.util.find_spec("nesk.sandbox") is None, reason="there is no sandbox")

SECRETS = {"BANK_USER": "nesk-api", "BANK_PASSWORD": "тайна-проверки", "BANK_CALLBACK_KEY": "ключ-для-проверки"}


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    with sandbox(tmp_path_factory.mktemp("sandbox"), callback_url="http://127.0.0.1:9/", secrets=SECRETS) as ports:
        yield ports


def sms(ports, login="nesk:nesk"):
    url = f"http://{login}@127.0.0.1:{ports['sms']}/sys/send.php"
    return SmsGateway.at(url, sender="NESK", client=Outbound([url], loopback_allowed=True))


def test_an_sms_is_taken_and_sending_it_again_is_harmless(ports):
    first = sms(ports).send("+79000000001", "Код НЭСК: 123456. Никому не сообщайте.", 17)
    assert first.parts == 1
    assert sms(ports).send("+79000000001", "Код НЭСК: 123456. Никому не сообщайте.", 17) == first


def test_a_long_sms_is_counted_in_parts_as_we_count_it(ports):
    assert sms(ports).send("+79000000001", "я" * 135, 18).parts == 3


def test_letters_are_taken(ports):
    mailer = Mailer(f"smtp://127.0.0.1:{ports['smtp']}", sender="АО «НЭСК» <lk@nesk.example>")
    letters = [Letter("abonent@demo.nesk", "Квитанция", "Текст", "<p>Текст</p>", f"message-{n}") for n in (1, 2)]
    with mailer.connection() as connection:
        assert [connection.send(letter) for letter in letters] == [None, None]


def test_a_wrong_password_of_the_gateway_may_be_mended(ports):
    with pytest.raises(Unavailable):
        sms(ports, "nesk:wrong").send("+79000000001", "Код", 19)
