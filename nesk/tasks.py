"""Every module that reacts to events or runs by schedule: imported by the web and the worker alike."""

import importlib
import importlib.util
import pkgutil

import nesk


def load() -> None:
    """Import the `tasks` module of each package that has one, and the core's own jobs."""
    for package in pkgutil.iter_modules(nesk.__path__, "nesk."):
        if package.ispkg and importlib.util.find_spec(f"{package.name}.tasks"):
            importlib.import_module(f"{package.name}.tasks")
