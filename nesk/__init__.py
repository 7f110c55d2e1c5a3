"""НЭСК: the subscriber's cabinet, the back office and the field dispatch of an electricity supplier."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from nesk.core.config import Config


def create_app(settings: Config | None = None) -> Flask:
    """The web application. Imported only here, so that a worker never loads the web."""
    from nesk.app import build

    return build(settings)
