"""The words of the user's documents stand on the pages: id of the document's point → page → its words."""

import pytest

from nesk.core.actor import system
from nesk.notifications.operations import recording_only
from nesk.people.operations import register_person
from nesk.people.queries import person_by_identity
from tests.browser import Browser
from tests.house import deeds

pytestmark = pytest.mark.usefixtures("town")

NOBODY, MARINA, IVAN, NEWCOMER = "nobody", "marina", "ivan", "newcomer"

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
            "Выберите способ привязки",
            "Укажите лицевой счет",
            "Согласие на обработку персональных данных",
            "Привязать",
        ],
    ),
    "S0-12": (MARINA, "/cabinet/accounts/new", ["По сумме", "Всего к оплате", "12 месяцев"]),
    "S0-13": (MARINA, "/cabinet/accounts/new", ["По номеру счетчика"]),
    "S0-14": (MARINA, "/documents/personal_data", ["Согласие на обработку персональных данных", "персональных данных"]),
    "S0-16": (
        MARINA,
        "/cabinet/accounts/new",
        ["После проверки введенного логина и пароля произойдет автоматический вход в Личный кабинет."],
    ),
    "S0-17": (
        MARINA,
        "/cabinet/accounts/new",
        [
            "Уважаемый потребитель! Обращаем ваше внимание, что в Мобильном приложении НЭСК может отличаться список "
            "привязанных к учётной записи лицевых счетов.",
        ],
    ),
    "S0-18": (
        MARINA,
        "/cabinet/accounts/new",
        [
            "Данные по оплате",
            "Задолженность на начало периода 89 281,08 р.",
            "Начислено в текущем периоде 3 723,30 р.",
            "Оплачено в текущем периоде 0,00 р.",
            "Дата последней оплаты 21.05.21",
            "Всего к оплате 93 004,38 р.",
            "Всего к оплате по пени 12 660,68 р.",
            "Итого к оплате с учетом пени 105 665,06 р.",
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
            "Выбрать",
            "Я согласен получать счета по e-mail и отказываюсь от получения бумажных счетов.",
        ],
    ),
    "S1-09": (MARINA, "/cabinet/", ["Передать показания"]),
    "S1-10": (MARINA, "/cabinet/payment/", ["Оплата", "пени", "Оплатить"]),
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
    "S1-13": (
        MARINA,
        "/cabinet/profile/authorization",
        [
            "Профиль - Настройки авторизации",
            "Изменить пароль",
            "Старый пароль",
            "Новый пароль",
            "Подтвердить пароль",
            "Мобильный телефон и электронный адрес",
            "Редактирование электронный адрес можно на вкладке «Контактная информация»",
            "Текущий номер",
            "Новый номер",
            "Подтвердить через SMS",
        ],
    ),
    "S2-05": (NOBODY, "/login", ["Личный кабинет", "По номеру телефона", "По электронной почте"]),
    "S2-06": (NOBODY, "/business/login", ["Для юридических лиц и ИП", "Логин", "Пароль", "Филиал", "Войти"]),
    "S2-08": (NOBODY, "/login", ["Запомнить меня"]),
    "S3-03": (
        NOBODY,
        "/register/account/address",
        [
            "Номер лицевого счёта",
            "Филиал",
            "Населённый пункт",
            "Улица",
            "Номер дома",
            "Корпус",
            "Квартира",
            "E-mail",
            "Повтор e-mail",
            "Номер мобильного",
            "Секретный код с картинки",
        ],
    ),
    "S2-11": (NOBODY, "/login", ["8 (800) 600-02-20", "круглосуточно", "contact@nesk.ru"]),
    "S3-07": (NOBODY, "/recover?by=account", ["Электронная почта", "Восстановить"]),
    "S3-09": (NOBODY, "/recover?by=phone", ["Телефон", "Введите слово на картинке"]),
    "S4-01": (NOBODY, "/login?by=account", ["Номер лицевого счёта", "Пароль"]),
    "S4-02": (NOBODY, "/register/account", ["Фамилия, имя и отчество", "паспорт"]),
    "S4-13": (
        MARINA,
        "/cabinet/settings/email",
        [
            "Электронная почта",
            "Новый адрес электронной почты",
            "Повторите новый адрес электронной почты",
            "Код с картинки",
            "Обновить",
            "Сохранить изменения",
        ],
    ),
    "S4-14": (
        MARINA,
        "/cabinet/accounts/new",
        [
            "По паролю лицевого счёта",
            "Введите добавляемый лицевой счет и пароль к нему.",
            "Вы можете объединить учетные записи нескольких лицевых счетов в Личном кабинете!",
            "Объединению подлежат только учетные записи уже зарегистрированных лицевых счетов.",
            "Мои лицевые счета",
            "При смене пароля на одном из лицевых счетов необходимо удалить текущую привязку и выполнить ее с новым паролем.",
        ],
    ),
}


AFTER = {
    "S0-14": (
        deeds.bind_wrongly,
        MARINA,
        ["Согласие на обработку персональных данных", "Без согласия привязать лицевой счёт нельзя."],
    ),
    "S0-15": (
        deeds.bind_wrongly,
        MARINA,
        [
            "Лицевой счёт не найден или проверочные данные не совпадают. Проверьте номер и сумму (номер счётчика).",
            "7777,31",
        ],
    ),
    "S0-20": (deeds.unbind, IVAN, ["Привязка лицевого счёта успешно удалена"]),
    "S0-22": (deeds.recover_by_unknown_address, NOBODY, ["Указанный e-mail не зарегистрирован", "nobody@demo.nesk"]),
    "S0-23": (
        deeds.recover_by_link,
        NOBODY,
        ["Ссылка на восстановление пароля отправлена на abonent2@demo.nesk"],
    ),
    "S0-24": (
        deeds.recover_by_link,
        NOBODY,
        [
            "Вы запросили восстановление пароля. Введите ваш новый пароль.",
            "Новый пароль",
            "Сгенерировать пароль автоматически и отправить на почту",
            "Восстановить",
        ],
    ),
    "S0-25": (
        deeds.recover_by_link,
        NOBODY,
        ["Ошибка заполнения. Количество символов в поле Новый пароль должно быть не менее 6."],
    ),
    "S0-26": (deeds.recover_by_link, NOBODY, ["Войдите с новым паролем", "Пароль личного кабинета изменён"]),
    "S0-33": (deeds.switch_receipts_on, MARINA, ["abonent@demo.nesk", "Сохранить"]),
    "S1-03": (
        deeds.register_by_phone,
        NOBODY,
        ["Введите код из SMS:", "Код", "Отправить", "не менее 6 символов", "Вы успешно зарегистрировались"],
    ),
    "S1-04": (
        deeds.register_by_email,
        NOBODY,
        ["Проверьте почту", "Отправить письмо повторно", "Вы успешно зарегистрировались", "У вас нет лицевых счетов"],
    ),
    "S2-03": (deeds.register_by_phone, NOBODY, ["Придумайте пароль", "Зарегистрироваться", "Главная"]),
    "S2-04": (
        deeds.issue_access,
        NOBODY,
        [
            "Сопроводительное письмо к договору",
            "на присоединение к системе дистанционного обслуживания",
            "Логин romashka-2",
            "Новый пароль",
        ],
    ),
    "S2-07": (
        deeds.recover_by_code,
        NOBODY,
        [
            "Введите код из SMS:",
            "Иначе при необходимости авторизации в следующий раз все действия придется выполнять повторно.",
        ],
    ),
    "S4-01": (
        deeds.fail_to_sign_in,
        NOBODY,
        [
            "Номер лицевого счёта",
            "Пароль",
            "Введите проверочный код",
            "Самостоятельная регистрация",
            "Восстановление доступа",
        ],
    ),
    "S4-02": (
        deeds.register_by_account,
        NOBODY,
        [
            "Платёжный код",
            "Фамилия, имя и отчество",
            "Код с картинки",
            "Номер установленного счётчика",
            "Настоятельно рекомендуется при первой же возможности сменить пароль",
            "обратиться в ближайшее энергосбытовое отделение. При себе необходимо иметь документ",
        ],
    ),
}
"""Id of the document's point → what is done, by whom, and the words that stand there afterwards."""

POINTS = {
    *(f"S0-{point:02}" for point in range(8, 34)),
    *(f"S1-{point:02}" for point in range(1, 14)),
    *(f"S2-{point:02}" for point in range(3, 9)),
    *("S3-03", "S3-07", "S3-09", "S4-01", "S4-02", "S4-13", "S4-14"),
}
"""Points about the ways in: none of them may be without its words."""


@pytest.fixture
def walks(app) -> dict[str, Browser]:
    """Everybody the table speaks of, signed in."""
    newcomer = register_person(
        surname="Новый", email="newcomer@demo.nesk", password="demo-2026", is_demo=True, by=system("test")
    )
    found = {who: Browser(app) for who in (NOBODY, MARINA, IVAN, NEWCOMER)}
    found[MARINA].sign_in_as(person_by_identity("email", deeds.MARINA))
    found[IVAN].sign_in_as(person_by_identity("email", deeds.IVAN))
    found[NEWCOMER].sign_in_as(newcomer)
    return found


def plain(text: str) -> str:
    """As a reader takes it: е is ё, Р is ₽, every space is one."""
    return " ".join(text.replace("ё", "е").replace("Ё", "Е").replace("₽", "Р").split()).lower()


def test_the_words_of_the_documents_stand_on_the_pages(walks):
    missing = []
    for point, (who, path, words) in WORDS.items():
        text = plain(deeds.told(walks[who].open(path)))
        missing += [(point, path, each) for each in words if plain(each) not in text]
    assert missing == []


def test_every_point_about_the_ways_in_has_its_words():
    assert POINTS - set(WORDS) - set(AFTER) == set()


@pytest.mark.parametrize("point", AFTER)
def test_the_words_of_the_documents_stand_where_a_deed_leads(walks, point):
    deed, who, words = AFTER[point]
    with recording_only():
        text = plain(deed(walks[who]))
    assert [each for each in words if plain(each) not in text] == []
