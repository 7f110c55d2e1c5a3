"""Recovery and those who want somebody else's: addresses that are none, hosts that are not ours, forms of other sites."""

import re
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesk.core.events import drain
from nesk.enrolment import recovery
from nesk.notifications.models import Message
from nesk.notifications.operations import recording_only
from nesk.people.models import Person
from tests.enrolment.recovering import NEW, PASSWORD, make_owner, token_of, works
from tests.public.at_recovery import ask, opened, word

DEAD = "Ссылка уже использована или устарела. Запросите новую."


@pytest.fixture(autouse=True)
def nobody_is_written_to(browser):
    with recording_only():
        yield


@pytest.fixture
def owner(browser):
    return make_owner()


@pytest.mark.parametrize(
    "typed",
    ["dom1@demo.nesk\r\nBcc: thief@evil.example", "dom1@demo.nesk,thief@evil.example", "<dom1@demo.nesk>",
     "dom1@demo.nesk thief@evil.example", "'dom1@demo.nesk' OR 1=1"],
)  # fmt: skip
def test_a4_an_address_with_something_hung_on_is_none(browser, owner, typed):
    page = ask(browser, email=typed)
    assert (page.status, page.errors) == (422, ["Адрес почты не распознан. Введите его так: name@domain.ru."])
    drain()
    assert Message.select().count() == 0


def test_a4_letters_that_fold_into_others_reach_nobody(browser):
    mike = make_owner(1, email="mike@demo.nesk")
    assert ask(browser, email="MIKE@demo.nesk").notice.endswith("отправлена на mike@demo.nesk")
    for typed in (
        "mıke@demo.nesk",
        "mİke@demo.nesk",
        "ﬁke@demo.nesk",
        normalize("NFD", "míke@demo.nesk"),
        "mikе@demo.nesk",
    ):
        assert ask(browser, email=typed).errors == ["Адрес почты не распознан. Введите его так: name@domain.ru."]
    drain()
    assert {row.recipient for row in Message.select().where(Message.channel == "email")} == {mike.email}


@pytest.mark.parametrize("order", [("dom1@demo.nesk", "thief@demo.nesk"), ("thief@demo.nesk", "dom1@demo.nesk")])
def test_a4_two_addresses_in_one_request_never_send_ones_link_to_the_other(browser, owner, order):
    make_owner(2, email="thief@demo.nesk")
    browser.open("/recover")
    (hidden,) = browser.page.find("input", name="captcha_id")
    browser.post("/recover", {"email": list(order), "captcha": word(), "captcha_id": hidden.get("value", "")})
    drain()
    (letter,) = Message.select().where(Message.template == "recovery_link")
    holder = recovery.by_link(token_of(letter.text)).person_id
    assert letter.recipient == order[0]
    assert holder == (owner.person.id if order[0] == owner.email else holder)
    assert Message.select().where(Message.template == "recovery_link", Message.recipient == order[1]).count() == 0


HOSTS = st.sampled_from(["evil.example", "127.0.0.1:8000@evil.example", "lk.nesk.example", "127.0.0.1", "localhost"])
NAMES = st.sampled_from(
    [
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-For",
        "Forwarded",
        "X-Host",
        "X-Original-URL",
        "X-Rewrite-URL",
        "Origin",
    ]
)


@given(
    host=HOSTS,
    name=NAMES,
    value=st.sampled_from(["evil.example", "https", "host=evil.example", "http://evil.example/x"]),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_w4_the_link_leads_home_whatever_the_request_says_of_its_host(browser, host, name, value):
    number = Person.select().count() + 1
    owner = make_owner(number)
    client = browser.another()
    client.open("/recover")
    (hidden,) = client.page.find("input", name="captcha_id")
    data = {
        "email": owner.email,
        "captcha": word(),
        "captcha_id": hidden.get("value", ""),
        "csrf_token": client.page.csrf_token,
    }
    reply = client.client.post("/recover", data=data, headers={"Host": host, name: value})
    drain()
    letters = list(Message.select().where(Message.recipient == owner.email, Message.template == "recovery_link"))
    if host not in ("127.0.0.1", "localhost"):
        assert (reply.status_code, letters) == (400, [])
        return
    for letter in letters:
        links = re.findall(r"https?://[^\s\"<]+", letter.text + letter.html)
        assert {link.startswith("http://127.0.0.1:8000/recover/link/") for link in links} == {True}
    assert len(letters) == (0 if reply.status_code == 403 else 1)


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "%E2%80%AE", "a" * 3000])
def test_a4_a_tampered_link_is_a_dead_one(browser, owner, token):
    assert DEAD in browser.open(f"/recover/link/{token}", status=410).text


def test_the_link_works_over_https_though_its_page_sends_no_referrer(browser, owner):
    """Flask-WTF would ask for a Referer, which `no-referrer` keeps back: browsers send `Origin: null` instead."""
    address = opened(browser, owner)
    client = browser.app.test_client()
    page = client.get(address, base_url="https://127.0.0.1")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert token
    said = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    reply = client.post(
        address, base_url="https://127.0.0.1", data={"csrf_token": token[1], "password": NEW}, headers=said
    )
    assert (reply.status_code, reply.headers["Location"]) == (303, "/login?by=email")
    assert works(owner, NEW)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9"},
    ],
)
def test_w2_a_form_of_another_site_changes_nothing(browser, owner, headers):
    address = opened(browser, owner)
    browser.open(address)
    data = {"csrf_token": browser.page.csrf_token, "password": NEW}
    assert browser.client.post(address, data=data, headers=headers).status_code == 403
    assert works(owner, PASSWORD)


def test_w2_a_form_of_our_own_is_taken(browser, owner):
    address = opened(browser, owner)
    browser.open(address)
    data = {"csrf_token": browser.page.csrf_token, "password": NEW}
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert browser.client.post(address, data=data, headers=headers).status_code == 303


# --- hostile input

HOSTILE = [
    "", " ", "a" * 10_000, "\0", "\u202eдорога\u202c", "😀" * 300, "' OR '1'='1", "1; DROP TABLE people_person --", "{{7*7}}",
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "../../etc/passwd", "${jndi:ldap://x}", "\r\nSet-Cookie: a=b",
    "１２３４５６", "١٢٣٤٥٦", "+79000000001;ext=1", "\ufeff", "%00", "e\u0301" * 200, "-1", "1e309",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: repr(text[:12]))
def test_no_field_falls_over_what_is_typed_into_it(browser, owner, hostile):
    for way, fields in (("email", ["email"]), ("phone", ["phone"]), ("account", ["login", "email"])):
        for field in fields:
            others = {each: owner.email if each == "email" else owner.phone for each in fields if each != field}
            page = ask(browser, way, **{**others, field: hostile})
            assert page.status in (200, 422), (way, field)
            if page.path.startswith("/recover?"):
                (kept,) = [each.get("value") for each in page.find("input", name=field)]
                # Signs that nobody types are gone, and a field of one line has no line breaks.
                assert kept.replace("\r", "") == re.sub("[\0\r\u202e\u202c]", "", hostile)
    ask(browser, "phone", phone=owner.phone)
    if browser.page.path == "/recover/code":
        assert browser.submit("/recover/code", {"code": hostile}, button="Отправить").status == 422
    address = opened(browser, owner)
    page = browser.submit(address, {"password": hostile})
    assert page.status in (200, 422)
    assert works(owner, hostile) if page.path.startswith("/login") else works(owner, PASSWORD)
