"""A small district with a household to give and withdraw consents."""

from tests.district import district

__all__ = ["district"]
