"""The menu of the back office: what each member of staff may open."""

from nesk.people.permissions import Permission
from nesk.web.context import Section

REGISTERS = "/staff/registers"
SECTIONS = (
    Section("home", "Сводка", "/staff/", "backoffice.summary", group="Работа"),
    Section(
        "list",
        "Заявки на услуги",
        f"{REGISTERS}/orders/",
        "registers_orders",
        group="Работа",
        permission=Permission.SEE_ORDERS,
    ),
    Section(
        "board", "Доска диспетчера", "/staff/dispatch/", "dispatch", group="Работа", permission=Permission.DISPATCH
    ),
    Section(
        "users",
        "Абоненты",
        f"{REGISTERS}/people/",
        "registers_people",
        group="Абоненты",
        permission=Permission.SEE_SUBSCRIBERS,
    ),
    Section(
        "home",
        "Лицевые счета",
        f"{REGISTERS}/accounts/",
        "registers_accounts",
        group="Абоненты",
        permission=Permission.SEE_ACCOUNTS,
    ),
    Section(
        "building",
        "Организации",
        f"{REGISTERS}/organizations/",
        "registers_organizations",
        group="Абоненты",
        permission=Permission.SEE_ACCOUNTS,
    ),
    Section(
        "meter",
        "Приборы учёта",
        f"{REGISTERS}/meters/",
        "registers_meters",
        group="Абоненты",
        permission=Permission.SEE_METERS,
    ),
    Section(
        "pay",
        "Платежи",
        f"{REGISTERS}/payments/",
        "registers_payments",
        group="Абоненты",
        permission=Permission.SEE_MONEY,
    ),
    Section(
        "building",
        "Филиалы",
        f"{REGISTERS}/branches/",
        "registers_branches",
        group="Справочники",
        permission=Permission.SEE_ACCOUNTS,
    ),
    Section(
        "user",
        "Сотрудники",
        "/staff/employees",
        "backoffice.employees",
        group="Справочники",
        permission=Permission.MANAGE_STAFF,
    ),
    Section(
        "file",
        "Документы",
        "/staff/documents",
        "backoffice.documents",
        group="Справочники",
        permission=Permission.CHANGE_DOCUMENTS,
    ),
    Section(
        "settings",
        "Настройки",
        "/staff/settings",
        "backoffice.settings",
        group="Справочники",
        permission=Permission.CHANGE_SETTINGS,
    ),
    Section(
        "lock",
        "Кто вошёл",
        "/staff/sessions/",
        "backoffice.sessions",
        group="Справочники",
        permission=Permission.MANAGE_STAFF,
    ),
    Section(
        "sync",
        "Очереди и сбои",
        "/staff/queues",
        "backoffice.queues",
        group="Справочники",
        permission=Permission.SEE_QUEUES,
    ),
)
