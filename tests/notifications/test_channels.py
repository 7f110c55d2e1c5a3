"""Letters: how they are put together, and what a mail server's answers mean."""

import email
import smtplib
from contextlib import contextmanager
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from nesk.core import clock
from nesk.core.errors import Unavailable
from nesk.notifications.channels import Attachment, Letter, Mailer, Malformed, Undeliverable
from tests.wire import free_port, make_certificate

SENDER = "АО «НЭСК» <lk@nesk.example>"


class Postman:
    """What a mail server received, and what it says to each command."""

    def __init__(self):
        self.letters, self.envelopes, self.helos = [], [], []
        self.says = {}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.helos.append(hostname)
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.says.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        reply = self.says.get("DATA", "250 OK")
        if reply.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content, policy=default))
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return reply


@contextmanager
def mail_server(postman, **options):
    controller = Controller(postman, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop(no_assert=True)


@pytest.fixture
def postman():
    return Postman()


@pytest.fixture
def mailer(postman):
    with mail_server(postman) as server:
        yield Mailer(f"smtp://127.0.0.1:{server.port}", sender=SENDER)


def letter(to="abonent@demo.nesk", **changes):
    whole = {
        "subject": "Квитанция за\u00a0октябрь 2026",
        "text": "К оплате 1 284,56 ₽\n.\nточка в начале строки",
        "html": "<p>К оплате <b>1 284,56 ₽</b></p>",
        "message_id": "message-17",
    }
    return Letter(to=to, **whole | changes)


def test_a_letter_arrives_whole(mailer, postman):
    receipt = Attachment("Квитанция октябрь.pdf", "application/pdf", b"%PDF-1.7\n.\r\n\xff")
    with clock.stopped_at("2026-11-24 10:05"):
        mailer.send(letter(attachments=[receipt], list_unsubscribe="https://lk.example/u/abc"))

    (got,), (envelope,) = postman.letters, postman.envelopes
    assert envelope == ("lk@nesk.example", ["abonent@demo.nesk"])
    assert (got["From"], got["To"]) == (SENDER, "abonent@demo.nesk")
    assert got["Subject"] == "Квитанция за\u00a0октябрь 2026"
    assert got["Date"] == "Tue, 24 Nov 2026 10:05:00 +0300"
    assert got["Message-ID"] == "<message-17@nesk.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe"] == "<https://lk.example/u/abc>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got.get_content_type() == "multipart/mixed"
    text, html = got.get_body(("plain",)), got.get_body(("html",))
    assert text.get_content().splitlines() == ["К оплате 1 284,56 ₽", ".", "точка в начале строки"]
    assert html.get_content().rstrip() == "<p>К оплате <b>1 284,56 ₽</b></p>"
    (file,) = got.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Квитанция октябрь.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.7\n.\r\n\xff"


def test_a_letter_without_html_is_plain_text(mailer, postman):
    mailer.send(letter(html=""))
    (got,) = postman.letters
    assert (got.get_content_type(), "List-Unsubscribe" in got) == ("text/plain", False)


def test_the_same_letter_bears_the_same_id_whenever_it_is_sent(mailer, postman):
    mailer.send(letter())
    mailer.send(letter())
    assert [got["Message-ID"] for got in postman.letters] == ["<message-17@nesk.example>"] * 2


@pytest.mark.parametrize(
    "subject",
    [
        "Показания за\u00a0ноябрь приняты: л/с\u00a02300\u00a00451\u00a08702, день\u00a0— 12\u00a0345\u00a0кВт·ч",
        "Receipt for November 2026" * 7,
        "Ё" * 190,
        "💡 Отключение",
        "",
    ],
)
def test_a_subject_arrives_as_it_was_written(mailer, postman, subject):
    mailer.send(letter(subject=subject))
    assert postman.letters[0]["Subject"] == subject


def test_a_subject_is_never_decoded_into_something_else(mailer, postman):
    mailer.send(letter(subject="=?utf-8?q?a=0D=0ABcc:_b@mail.ru?="))
    (got,) = postman.letters
    assert (got["Subject"], got["Bcc"]) == ("= ?utf-8?q?a=0D=0ABcc:_b@mail.ru?=", None)


def test_nothing_in_a_letter_is_longer_than_a_line_may_be(mailer):
    raw = mailer.compose(letter(subject="Ж" * 190, text="ж" * 5000, html="<p>" + "ж" * 5000)).as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "a@mail.ru\r\nBcc: b@mail.ru"},
        {"to": "a@mail.ru\n"},
        {"to": "a@mail.ru, b@mail.ru"},
        {"to": "a@mail.ru> RCPT TO:<b@mail.ru"},
        {"to": "Марина <a@mail.ru>"},
        {"to": "почта@mail.ru"},
        {"to": ""},
        {"subject": "Счёт\r\nBcc: b@mail.ru"},
        {"subject": "Счёт\rX: y"},
        {"subject": "Счёт\n"},
        {"subject": "Счёт\u2028X: y"},
        {"subject": "Счёт\x00"},
        {"subject": "Счёт\x85X: y"},
        {"subject": "Счёт \ud83d"},
        {"text": "Счёт \ud83d"},
        {"html": "Счёт \ud83d"},
        {"message_id": "17>\r\nX: y"},
        {"message_id": "17@host"},
        {"message_id": ""},
        {"list_unsubscribe": "https://lk.example/\r\nX: y"},
        {"attachments": [Attachment("a\r\nX: y.pdf", "application/pdf", b"")]},
        {"attachments": [Attachment("a.pdf", "application/pdf\r\nX: y", b"")]},
        {"attachments": [Attachment("a.pdf", "pdf", b"")]},
    ],
)
def test_a_letter_that_could_break_a_header_is_refused(mailer, postman, changes):
    with pytest.raises(Malformed):
        mailer.send(letter(**changes))
    assert (postman.letters, postman.helos) == ([], [])


def test_a_malformed_letter_is_undeliverable_and_a_wrong_value():
    assert issubclass(Malformed, Undeliverable)
    assert issubclass(Malformed, ValueError)


@pytest.mark.parametrize("place", ["abonent@demo.nesk", "DATA"])
@pytest.mark.parametrize("reply", ["550 5.1.1 No such user", "552 Too big", "554 5.7.1 Spam"])
def test_a_refusal_for_good_is_undeliverable(mailer, postman, place, reply):
    postman.says[place] = reply
    with pytest.raises(Undeliverable) as refused:
        mailer.send(letter())
    assert (refused.value.code, refused.value.reason) == (int(reply[:3]), reply)
    assert postman.letters == []


@pytest.mark.parametrize("place", ["abonent@demo.nesk", "DATA"])
@pytest.mark.parametrize("reply", ["421 Going down", "450 4.2.1 Mailbox busy", "452 Later", "530 5.7.0 Authenticate"])
def test_a_refusal_for_now_is_unavailable(mailer, postman, place, reply):
    postman.says[place] = reply
    with pytest.raises(Unavailable):
        mailer.send(letter())
    assert postman.letters == []


@pytest.mark.parametrize("reply", ["550 5.7.1 Not from you", "451 Later"])
def test_a_refusal_of_ourselves_is_not_the_recipient_s_fault(mailer, postman, reply):
    postman.says["MAIL"] = reply
    with pytest.raises(Unavailable):
        mailer.send(letter())
    assert postman.letters == []


def test_a_batch_goes_through_one_connection_past_the_refused(mailer, postman):
    postman.says["gone@mail.ru"] = "550 5.1.1 No such user"
    outcomes = []
    with mailer.connection() as connection:
        for to in ("a@mail.ru", "gone@mail.ru", "b@mail.ru"):
            try:
                connection.send(letter(to))
            except Undeliverable as refused:
                outcomes.append(refused.code)
            else:
                outcomes.append("sent")

    assert outcomes == ["sent", 550, "sent"]
    assert [got["To"] for got in postman.letters] == ["a@mail.ru", "b@mail.ru"]
    assert postman.helos == ["nesk.example"]


def test_a_batch_outlives_a_lost_connection(mailer, postman):
    with mailer.connection() as connection:
        connection.send(letter("a@mail.ru"))
        postman.says["b@mail.ru"] = "421 Going down"
        with pytest.raises(Unavailable):
            connection.send(letter("b@mail.ru"))
        del postman.says["b@mail.ru"]
        connection.send(letter("b@mail.ru"))

    assert [got["To"] for got in postman.letters] == ["a@mail.ru", "b@mail.ru"]


def test_a_batch_outlives_a_server_that_was_started_anew(postman):
    port = free_port()
    mailer = Mailer(f"smtp://127.0.0.1:{port}", sender=SENDER)
    with mailer.connection() as connection:
        for to in ("a@mail.ru", "b@mail.ru"):
            server = Controller(postman, hostname="127.0.0.1", port=port)
            server.start()
            connection.send(letter(to))
            server.stop()
        with pytest.raises(Unavailable):
            connection.send(letter("c@mail.ru"))

    assert [got["To"] for got in postman.letters] == ["a@mail.ru", "b@mail.ru"]


def test_nobody_listening_is_unavailable():
    with pytest.raises(Unavailable):
        Mailer(f"smtp://127.0.0.1:{free_port()}", sender=SENDER).send(letter())


def test_an_empty_batch_connects_to_nobody(mailer, postman):
    with mailer.connection():
        pass
    assert postman.helos == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_a_letter_goes_over_starttls_once_the_certificate_is_trusted(postman, certificate):
    context, root = certificate
    with mail_server(postman, tls_context=context, require_starttls=True) as server:
        url = f"smtp://127.0.0.1:{server.port}?starttls=1"
        with pytest.raises(Unavailable):
            Mailer(url, sender=SENDER).send(letter())
        assert postman.letters == []
        Mailer(url, sender=SENDER, ca_file=root).send(letter())
        assert len(postman.letters) == 1


def test_a_letter_goes_over_tls_from_the_first_byte(postman, certificate):
    context, root = certificate
    with mail_server(postman, ssl_context=context) as server:
        Mailer(f"smtps://127.0.0.1:{server.port}", sender=SENDER, ca_file=root).send(letter())
    assert len(postman.letters) == 1


def test_a_server_that_hides_its_starttls_gets_no_letter(mailer, postman):
    with pytest.raises(Unavailable):
        Mailer(f"smtp://127.0.0.1:{mailer._port}?starttls=1", sender=SENDER).send(letter())
    assert postman.letters == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_login_and_password_come_from_the_address(postman):
    tried = []

    def check(server, session, envelope, mechanism, data):
        assert isinstance(data, LoginPassword)
        tried.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"p@ss/word", handled=False)

    with mail_server(postman, authenticator=check, auth_require_tls=False, auth_required=True) as server:
        Mailer(f"smtp://lk%40nesk:p%40ss%2Fword@127.0.0.1:{server.port}", sender=SENDER).send(letter())
        with pytest.raises(Unavailable):
            Mailer(f"smtp://lk:wrong@127.0.0.1:{server.port}", sender=SENDER).send(letter())
        with pytest.raises(Unavailable):
            Mailer(f"smtp://127.0.0.1:{server.port}", sender=SENDER).send(letter())

    assert tried[0] == ("lk@nesk", "p@ss/word")
    assert len(postman.letters) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "mail.example:25",
        "smtp://mail.example?startls=1",
        "smtp://user:password@mail.example",
        "smtp://user:password@10.0.0.1:25",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_at_once(url):
    with pytest.raises(ValueError, match="mail server"):
        Mailer(url, sender=SENDER)


@pytest.mark.parametrize("sender", ["", "АО «НЭСК»", "lk@nesk.example\r\nBcc: a@mail.ru", "почта@nesk.example"])
def test_a_sender_that_is_no_address_is_refused_at_once(sender):
    with pytest.raises(ValueError, match="sender"):
        Mailer("smtp://127.0.0.1", sender=sender)


def test_the_usual_ports_are_known():
    ports = [
        Mailer(url, sender=SENDER)._port for url in ("smtp://h", "smtp://h?starttls=1", "smtps://h", "smtp://h:2525")
    ]
    assert ports == [smtplib.SMTP_PORT, 587, smtplib.SMTP_SSL_PORT, 2525]
