"""Modules with scheduled jobs of this package, imported so that the clock knows them."""

from nesk.credentials import captcha, challenges

__all__ = ["captcha", "challenges"]
