"""Every table of the product, from the lowest floor up."""

from nesk.accounts import models as accounts
from nesk.billing import models as billing
from nesk.branches import models as branches
from nesk.consents import models as consents
from nesk.core import events, files, limits, schedule, settings
from nesk.credentials import models as credentials
from nesk.fieldwork import models as fieldwork
from nesk.metering import models as metering
from nesk.notifications import models as notifications
from nesk.payments import models as payments
from nesk.people import models as people
from nesk.privacy import models as privacy

MODELS = [
    events.EventRecord, events.Delivery, schedule.Job, settings.Setting, limits.Counter, files.File,
    branches.Branch, branches.Town, branches.Place, branches.Office, branches.ClosedMonth,
    people.Person, people.Identity, people.Staff, people.Role, people.RolePermission, people.StaffRole,
    people.BusinessUser, people.Session, people.Profile, people.SmsPhone, people.Closing,
    credentials.Challenge, credentials.Captcha, credentials.Remembered, credentials.Factor,
    accounts.Premises, accounts.Organization, accounts.Account, accounts.Invitation, accounts.Binding, accounts.CareLink,
    accounts.ReceiptAddress,
    consents.Document, consents.Policy, consents.Consent,
    metering.MeterType, metering.Meter, metering.Installation, metering.Seal, metering.Reading,
    billing.Tariff, billing.RangeBound, billing.Entry, billing.Line, billing.Balance, billing.Statement, billing.Bill,
    payments.Registry, payments.Payment, payments.Attempt, payments.Callback, payments.Refund,
    payments.Card,
    fieldwork.Service, fieldwork.Order, fieldwork.OrderStep, fieldwork.OrderMessage, fieldwork.OrderFile,
    fieldwork.Crew, fieldwork.CrewMember, fieldwork.DayOff, fieldwork.Visit, fieldwork.Act,
    notifications.Message,
    privacy.Archive,
]  # fmt: skip
