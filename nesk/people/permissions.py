"""What a member of staff may do. A role is a set of these; views ask for a permission, never for a role."""

from enum import StrEnum


class Permission(StrEnum):
    SEE_SUBSCRIBERS = "see_subscribers"
    CHANGE_SUBSCRIBERS = "change_subscribers"
    SEE_ACCOUNTS = "see_accounts"
    CHANGE_ACCOUNTS = "change_accounts"
    SEE_METERS = "see_meters"
    CHANGE_METERS = "change_meters"
    ENTER_READINGS = "enter_readings"
    SEE_MONEY = "see_money"
    CHANGE_MONEY = "change_money"
    SEE_ORDERS = "see_orders"
    CHANGE_ORDERS = "change_orders"
    DISPATCH = "dispatch"
    CHANGE_BRANCHES = "change_branches"
    CHANGE_CATALOGUE = "change_catalogue"
    CHANGE_TARIFFS = "change_tariffs"
    CHANGE_SETTINGS = "change_settings"
    CHANGE_DOCUMENTS = "change_documents"
    SEE_QUEUES = "see_queues"
    EXPORT = "export"
    ISSUE_CREDENTIALS = "issue_credentials"
    MANAGE_STAFF = "manage_staff"


P = Permission

ROLES: dict[str, tuple[str, frozenset[Permission]]] = {
    "operator": (
        "Оператор",
        frozenset(
            {
                P.SEE_SUBSCRIBERS,
                P.CHANGE_SUBSCRIBERS,
                P.SEE_ACCOUNTS,
                P.CHANGE_ACCOUNTS,
                P.SEE_METERS,
                P.ENTER_READINGS,
                P.SEE_MONEY,
                P.SEE_ORDERS,
                P.CHANGE_ORDERS,
                P.EXPORT,
                P.ISSUE_CREDENTIALS,
            }
        ),
    ),
    "dispatcher": ("Диспетчер", frozenset({P.SEE_ACCOUNTS, P.SEE_METERS, P.SEE_ORDERS, P.CHANGE_ORDERS, P.DISPATCH})),
    "billing": (
        "Расчётчик",
        frozenset(
            {
                P.SEE_SUBSCRIBERS,
                P.SEE_ACCOUNTS,
                P.SEE_METERS,
                P.ENTER_READINGS,
                P.SEE_MONEY,
                P.CHANGE_MONEY,
                P.CHANGE_TARIFFS,
                P.EXPORT,
            }
        ),
    ),
    "admin": ("Администратор", frozenset(Permission)),
}
"""The roles a new copy starts with: code → title and permissions (staff edit them later in the database)."""
