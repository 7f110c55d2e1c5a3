"""The demo town is what the contract promises."""

import pytest
from peewee import fn

from nesk.accounts.models import Account, Binding
from nesk.billing.models import Balance, Statement
from nesk.branches.models import Branch
from nesk.core import clock
from nesk.demo.bill import bill_facts
from nesk.fieldwork.models import Crew, Order, Visit
from nesk.metering.models import Installation, Meter
from nesk.people.models import BusinessUser, Role, Staff, StaffRole

pytestmark = [pytest.mark.usefixtures("town"), pytest.mark.both_engines]


def test_three_branches_three_hundred_accounts_and_two_years_of_months():
    assert {row.name for row in Branch.select()} == {"Краснодарэнергосбыт", "Армавирэнергосбыт", "Мостэнергосбыт"}
    assert Account.select().count() >= 300
    months = Statement.select(fn.COUNT(fn.DISTINCT(Statement.month))).scalar()
    assert months == 24


def test_meters_of_every_kind_and_purses_of_every_kind():
    zones = {row.zones for row in Installation.select(Installation.zones).distinct()}
    assert zones == {1, 2, 3}
    owed = Balance.select(Balance.principal_kop, Balance.penalty_kop).tuples()
    assert {(principal > 0) - (principal < 0) for principal, _ in owed} == {-1, 0, 1}
    assert any(penalty > 0 for _, penalty in owed)


def test_orders_of_every_state_that_the_product_leads_to():
    states = {row.state for row in Order.select(Order.state).distinct()}
    assert states == {
        "new",
        "accepted",
        "assigned",
        "en_route",
        "on_site",
        "closed",
        "cancelled",
        "rejected",
        "no_access",
    }


def test_three_crews_have_a_week_of_visits_before_them():
    today = clock.today()
    ahead = Visit.select(Visit.crew, fn.COUNT(Visit.id)).where(Visit.on >= today).group_by(Visit.crew).tuples()
    assert {crew for crew, visits in ahead if visits >= 3} == {row.id for row in Crew.select()}
    assert Crew.select().count() == 3


def test_staff_of_every_role_and_two_legal_entities():
    roles = {row.role.code for row in StaffRole.select(StaffRole, Role).join(Role)}
    assert roles == {row.code for row in Role.select()}
    assert {row.login for row in Staff.select().where(Staff.kind == "office")} == {
        "operator",
        "dispatcher",
        "billing",
        "armavir",
        "admin",
    }
    assert BusinessUser.select().count() == 2
    assert all(row.is_demo for model in (Staff, BusinessUser) for row in model.select())


def test_the_account_of_the_newcomer_waits_to_be_bound():
    facts = bill_facts()["bind"]
    account = Account.get(Account.number == facts["account"])
    assert facts["serial"] == "41027863"
    assert Meter.select().where(Meter.serial == facts["serial"]).count() == 1
    assert not Binding.select().where(Binding.account == account).exists()
    assert facts["total"]
    assert facts["payment"]
    assert facts["branch"] == "Краснодарэнергосбыт"


def test_people_of_every_branch_have_a_cabinet():
    bound = Binding.select(Account.branch).join(Account).where(Binding.ended_at.is_null()).distinct()
    assert bound.count() == 3
