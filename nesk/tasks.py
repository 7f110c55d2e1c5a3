"""Every module that reacts to events or runs by schedule: imported by the web and the worker alike."""

import importlib
import importlib.util

PACKAGES = (
    "people", "credentials", "accounts", "consents", "metering", "billing", "payments", "enrolment", "fieldwork",
    "documents", "notifications", "privacy",
)  # fmt: skip


def load() -> None:
    """Import the `tasks` module of each package below the web that has one."""
    for package in PACKAGES:
        name = f"nesk.{package}.tasks"
        if importlib.util.find_spec(name):
            importlib.import_module(name)
