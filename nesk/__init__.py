"""НЭСК: the subscriber's cabinet, the back office and the field dispatch of an electricity supplier."""

from nesk.app import create_app

__all__ = ["create_app"]
