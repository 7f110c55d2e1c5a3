"""What a password may be (A1, A2): a table of two hundred, random ones, edges of length, and every sign as typed."""

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesk.credentials import keyboards, rules
from nesk.credentials.rules import COMMON, COMPANY, PATTERN, PERSONAL, TOO_LONG, UNREADABLE, password_refusal
from nesk.people import passwords

ME = ("Ковальчук", "Марина", "Сергеевна", "+79184501428", "m.kovalchuk85@mail.ru", "230000000017")

GUESSED_FIRST = """
123456 1234567 12345678 123456789 1234567890 qwerty qwerty123 password password1 Password! PASSWORD iloveyou admin123 letmein
dragon monkey football shadow master superman batman 1q2w3e4r 1qaz2wsx qazwsx zaq12wsx q1w2e3 asdfgh zxcvbn qweasd 123qwe
trustno1 sunshine princess charlie michael jessica whatever drowssap qwertyqwerty
йцукен Йцукен йцукен1 ЙЦУКЕН йцукенгшщз фывапр фывапролдж ячсмить йфяцыч 1й2ц3у4к пароль Пароль пароль1 Пароль123 парольпароль ьлораП
gfhjkm Gfhjkm gfhjkm1 зфыыцщкв йцукен123 привет Привет1 ghbdtn privet солнышко солнышко! cjkysirj solnyshko любовь k.,jdm lubov1
любимая ангелок fyutkjr наташа yfnfif natasha вова85 оля1985 djdf85 саша2010 екатерина
спартак2025 зенит2026 spartak россия россия1 hjccbz москва2025 димочка77 победа секрет ctrhtn
абвгде абвгдеж абракадабра 123абв кошечка котик1 медведь медвежонок снегурочка 8888новыйгод шоколад
""".split()
PATTERNS = """
121212 abcabc йцуйцуйцу 01.01.01 29.05.85 290585 29051985 1985-05-29 29.05.1985 31/12/1999 5tgb6yhn7ujm oiuytre яюэьыъщ
абвгдеёжз ежзийклм 77777777777 абабабаб
""".split()
OF_ONES_OWN = """
ковальчук Rjdfkmxer сергеевна Марина85 marina-85 vfhbyf Vfhbyf85 kovalchuk_m m.kovalchuk85 m.kovalchuk85@mail.ru
9184501428 89184501428 79184501428 +79184501428 8(918)450-14-28 4501428
230000000017 2300-0000-0017 !Rjdfkmxer85 Сергеевна-М Марина-МС kovalchuk-85 ковальчук-45
""".split()
OF_THE_COMPANY = """
нэск2026 НЭСК-2026 нэск-01 nesk2026 Nesk!2026 энерго-2026 Энергосбыт1 энергосбыт-26 краснодар!2026 krasnodar-2026 rhfcyjlfh-26
кубань-01 кубань-2026 армавир-2026 электро2026 счетчик-2026 счётчик-2026 энергия-свет квитанция-01 абонент-2026 kuban-2026 нэскэнерго
""".split()
TAKEN = """
Kub4n! Zx9!kq Ab12cd k7$Qz2 p0Vt#n я7Ж!кю ц9Щъ4ф Ъё8№жЮ g5Хю2% ≠≈π∑√∞ 漢字仮名混文 😀🐙🌶🚲🧲🪁
мой-кот-спит-днём зелёный-чайник-едет три-ёлки-у-моря кошка-съела-борщ-в-среду пять-синих-зонтов трамвай-до-луны-7
correct-horse-battery staple-window-river Novyj-Parol-77 New-Pass-2026! Test-12345 Solnce-2026 vesna-2026 demo-2026 demo-2027
Пароль-на-каждый-день Марина-и-синий-трактор Краснодар-весной-цветёт нэск-как-чужой-человек 2300-рублей-за-зонтик
moya-babushka-pechyot-pirogi dva-kota-na-kryshe j7rV-kk2P-9dQx aaaabbbbccccdddd1 qwerty-no-ne-sovsem 31-декабря-пьём-чай
зима!лето!зима?лето? q!w@e#r$t%y^ 1985-год-хороший-был спать-до-обеда-всегда ы ъы9-ъы8-ъы7 хвост-трубой-2026
""".split()
TAKEN.remove("ы")
TAKEN += [
    "  двапробела  ",
    "с пробелом внутри",
    "\u00a0неразрывный\u00a0",
    "a\u0301e\u0301i\u0301o\u0301",
    "áéíóú9",
    "\tтабуляция\t",
]

TABLE = [
    *((word, COMMON) for word in GUESSED_FIRST),
    *((word, PATTERN) for word in PATTERNS),
    *((word, PERSONAL) for word in OF_ONES_OWN),
    *((word, COMPANY) for word in OF_THE_COMPANY),
    *((word, None) for word in TAKEN),
]


def judged(password, least=6):
    return password_refusal(password, least=least, personal=ME)


def test_a2_the_table_has_two_hundred_passwords_and_each_is_judged_as_agreed():
    assert len(TABLE) >= 200
    assert len({word for word, _ in TABLE}) == len(TABLE)
    wrong = {word: judged(word) for word, verdict in TABLE if judged(word) != verdict}
    assert wrong == {}


@pytest.mark.parametrize("word", ["123456", "qwerty", "йцукен", "пароль", "gfhjkm"])
def test_a2_what_the_promise_names_is_refused(word):
    assert judged(word) == COMMON


SHORT = "Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6."


@pytest.mark.parametrize(
    ("length", "verdict"), [(0, SHORT), (5, SHORT), (6, None), (64, None), (128, None), (129, TOO_LONG)]
)
def test_a1_length_is_counted_in_code_points(length, verdict):
    assert judged(("kж9#Ъ漢😀2" * 17)[:length]) == verdict


def test_a1_the_company_may_ask_for_more():
    assert judged("Zx9!kq", least=8) == SHORT.replace("6", "8")


@pytest.mark.parametrize(
    ("alphabet", "sample"),
    [
        (string.ascii_letters + string.digits, 20_000),
        (string.printable[:94], 4000),
        ("абвгдежзийклмнопрстуфхцчшщъыьэюя0123456789", 4000),
    ],
    ids=["letters and digits", "everything on the keys", "Russian letters and digits"],
)
def test_a2_a_random_password_of_six_is_taken_999_times_in_a_thousand(alphabet, sample):
    dice = random.Random(20_260_101)
    tried = ("".join(dice.choice(alphabet) for _ in range(6)) for _ in range(sample))
    assert sum(password_refusal(each, least=6) is not None for each in tried) <= sample // 1000


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=140))
def test_a1_any_text_is_judged_and_a_refusal_says_something(password):
    verdict = judged(password)
    assert verdict is None or verdict.endswith(".")
    assert (verdict is None) <= (6 <= len(password) <= 128)


def test_half_an_emoji_cannot_be_kept_and_is_told():
    assert judged("мой-кот-\ud83d-спит") == UNREADABLE


ODD = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    "password", [" ведущий", "хвостовой ", "é-в-одном-знаке", "e\u0301-в-двух", "НУЛЬ\0внутри", "Ⅷ№ﬁ"]
)
def test_a1_a_password_is_used_exactly_as_typed(password):
    """set(s) ⇒ login(s); neither trimmed nor normalised nor folded in case."""
    stored = passwords.hashed(password)
    assert passwords.matches(stored, password)
    for other in (password.strip(), password.swapcase(), password + " ", " " + password, password[:-1], password[1:]):
        if other != password:
            assert not passwords.matches(stored, other)


@settings(max_examples=20)
@given(data=st.data(), password=ODD)
def test_a1_one_character_changed_is_another_password(data, password):
    """The stored form tells apart any two texts that differ by one character."""
    place = data.draw(st.integers(0, len(password) - 1))
    sign = data.draw(st.characters(codec="utf-8").filter(lambda each: each != password[place]))
    other = password[:place] + sign + password[place + 1 :]
    assert not passwords.matches(passwords.hashed(password), other)


def test_a_long_hostile_password_is_judged_quickly_and_without_a_fault():
    for hostile in (
        "4@8({[<369&6#!1/|0$5+7%2" * 6,
        "a" * 10_000,
        "\0" * 128,
        "\u202eпароль\u202c",
        "ё" * 128,
        "9" * 128,
    ):
        assert judged(hostile[:128]) in (None, COMMON, PATTERN)


def test_the_twins_of_a_word_are_what_its_keys_give_in_either_layout():
    assert keyboards.twins("Пароль") == ("пароль", "gfhjkm")
    assert keyboards.twins("gfhjkm") == ("gfhjkm", "пароль")
    assert keyboards.to_cyrillic("k.,jdm") == "любовь"
    assert keyboards.spelt("щука") == ("shchuka", "schuka")


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=1))
def test_a_twin_of_a_twin_is_the_word(word):
    assert keyboards.to_cyrillic(keyboards.to_latin(word)) == word


def test_the_lists_are_as_large_as_was_promised():
    from nesk.credentials import common_passwords

    assert len(common_passwords.every()) > 90_000
    assert len(common_passwords.russian()) > 2000
    assert rules.DEMO_PASSWORD == "demo-2026"
