"""Modules with scheduled jobs of this package, imported so that the clock knows them."""

from nesk.fieldwork import retention

__all__ = ["retention"]
