"""The words of the user's documents stand on the pages: id of the document's point → page → its words."""

import pytest

from nesk.core.actor import system
from nesk.people.operations import register_person
from nesk.people.queries import person_by_identity
from tests.browser import Browser

pytestmark = pytest.mark.usefixtures("town")

NOBODY, MARINA, NEWCOMER = "nobody", "marina", "newcomer"

WORDS = {
    "S0-04": (MARINA, "/cabinet/", ["Показания", "Услуги", "Помощь"]),
    "S0-08": (NOBODY, "/login", ["Пароль", "Войти"]),
    "S0-09": (
        NOBODY,
        "/register",
        [
            "Регистрация",
            "Вход",
            "Регистрируясь в личном кабинете, вы получаете полный доступ ко всем функциям.",
            "Зарегистрироваться",
        ],
    ),
    "S0-10": (NEWCOMER, "/cabinet/", ["У вас нет лицевых счетов"]),
    "S0-11": (
        MARINA,
        "/cabinet/accounts/new",
        [
            "Добавить лицевой счет",
            "Номер лицевого счёта",
            "Способ привязки",
            "Согласие на обработку персональных данных",
            "Привязать",
        ],
    ),
    "S0-12": (MARINA, "/cabinet/accounts/new", ["По сумме", "Всего к оплате"]),
    "S0-13": (MARINA, "/cabinet/accounts/new", ["По номеру счетчика"]),
    "S0-17": (
        MARINA,
        "/cabinet/accounts/new",
        [
            "Обращаем ваше внимание, что в Мобильном приложении НЭСК может отличаться список привязанных к учётной записи лицевых счетов."
        ],
    ),
    "S0-19": (MARINA, "/cabinet/readings/", ["ЛС 2300 0000 0017", "ЛС 2300 0000 0025", "Сменить лицевой счёт"]),
    "S0-20": (MARINA, "/cabinet/accounts/", ["Текущие привязки", "Дата привязки", "Лицевой счет", "Действия"]),
    "S0-21": (
        NOBODY,
        "/recover",
        [
            "Восстановление пароля",
            "Вход",
            "Email",
            "Телефон",
            "Введите свой адрес электронной почты, который указывали при регистрации. На этот адрес мы пришлем Вам пароль.",
            "Электронная почта",
            "Восстановить",
        ],
    ),
    "S0-27": (
        MARINA,
        "/cabinet/",
        [
            "К оплате",
            "+ управление",
            "настройки",
            "выход",
            "Лицевой счёт",
            "Показания",
            "Оплата",
            "Начисления и платежи",
            "Квитанции",
            "Помощь",
        ],
    ),
    "S0-28": (
        MARINA,
        "/cabinet/",
        ["Номер ЛС", "Общая площадь", "Число зарегистрированных", "Число проживающих", "Документ на собственность"],
    ),
    "S0-29": (
        MARINA,
        "/cabinet/",
        ["Баланс", "Долг на начало", "Начислено в", "Перерасчет", "Начислено пени в", "Оплачено"],
    ),
    "S0-30": (
        MARINA,
        "/cabinet/settings",
        [
            "Аккаунт",
            "Подписки",
            "Контактная информация",
            "Мобильный телефон",
            "Электронная почта",
            "Использовать почту в качестве логина",
            "Смена пароля",
            "Текущий пароль",
            "Новый пароль",
            "Повторите новый пароль",
            "Сохранить изменения",
        ],
    ),
    "S0-31": (
        MARINA,
        "/cabinet/settings",
        [
            "Внимание! При изменении адреса электронной почты изменится адрес доставки квитанции на всех лицевых счетах, привязанных "
            "к учётной записи Личного кабинета, где включена опция получения квитанции на электронную почту."
        ],
    ),
    "S0-32": (MARINA, "/cabinet/subscriptions", ["Добавить телефон", "Квитанция"]),
    "S1-01": (NOBODY, "/login", ["Вход в личный кабинет", "Регистрация"]),
    "S1-02": (NOBODY, "/register", ["Сменить тип регистрации", "Войти на сайт"]),
    "S1-03": (NOBODY, "/register", ["Введите слово на картинке", "Зарегистрироваться"]),
    "S1-04": (
        NOBODY,
        "/register/email",
        ["Электронная почта", "Пароль", "Подтверждение пароля", "Введите слово на картинке"],
    ),
    "S1-05": (NOBODY, "/register", ["contact@nesk.ru"]),
    "S1-06": (
        NOBODY,
        "/login",
        ["По номеру телефона", "По электронной почте", "Пароль", "Войти", "Забыли пароль?", "Регистрация"],
    ),
    "S1-07": (NEWCOMER, "/cabinet/", ["У вас нет лицевых счетов", "Добавить лицевой счёт", "Заключить договор"]),
    "S1-08": (
        MARINA,
        "/cabinet/accounts/new",
        [
            "Номер лицевого счёта",
            "Филиал",
            "Я согласен получать счета по e-mail и отказываюсь от получения бумажных счетов.",
        ],
    ),
    "S1-11": (MARINA, "/cabinet/profile/", ["Изменить фото"]),
    "S1-12": (
        MARINA,
        "/cabinet/profile/",
        [
            "Основная анкета",
            "Расширенная анкета",
            "Личные предпочтения",
            "Контактная информация",
            "Параметры авторизации",
            "Фамилия",
            "Фамилия латиницей",
            "Имя",
            "Имя латиницей",
            "Пол",
            "Отчество",
            "Псевдоним",
            "Дата рождения",
            "Гражданство",
            "Мобильный телефон",
        ],
    ),
    "S2-05": (NOBODY, "/login", ["По номеру телефона", "По электронной почте"]),
    "S2-06": (NOBODY, "/business/login", ["Для юридических лиц и ИП", "Логин", "Пароль", "Филиал", "Войти"]),
    "S2-08": (NOBODY, "/login", ["Запомнить меня"]),
    "S3-07": (NOBODY, "/recover?by=account", ["E-mail", "Восстановить"]),
    "S3-09": (NOBODY, "/recover?by=phone", ["Телефон", "Введите слово на картинке"]),
    "S4-01": (NOBODY, "/login?by=account", ["Номер лицевого счёта", "Пароль"]),
    "S4-02": (NOBODY, "/register/account", ["Фамилия, имя и отчество", "паспорт"]),
    "S4-13": (MARINA, "/cabinet/settings", ["Новый пароль"]),
    "S4-14": (
        MARINA,
        "/cabinet/accounts/new",
        [
            "При смене пароля на одном из лицевых счетов необходимо удалить текущую привязку и выполнить ее с новым паролем."
        ],
    ),
}


@pytest.fixture
def walks(app) -> dict[str, Browser]:
    """Everybody the table speaks of, signed in."""
    newcomer = register_person(
        surname="Новый", email="new@demo.nesk", password="demo-2026", is_demo=True, by=system("test")
    )
    found = {who: Browser(app) for who in (NOBODY, MARINA, NEWCOMER)}
    found[MARINA].sign_in_as(person_by_identity("email", "abonent@demo.nesk"))
    found[NEWCOMER].sign_in_as(newcomer)
    return found


def plain(text: str) -> str:
    """As a reader takes it: е is ё, Р is ₽, every space is one."""
    return " ".join(text.replace("ё", "е").replace("Ё", "Е").replace("₽", "Р").split()).lower()


def test_the_words_of_the_documents_stand_on_the_pages(walks):
    missing = []
    for point, (who, path, words) in WORDS.items():
        text = plain(walks[who].open(path).text)
        missing += [(point, path, each) for each in words if plain(each) not in text]
    assert missing == []
