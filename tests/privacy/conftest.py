"""A small district with a household whose person asks for their data or closes the cabinet."""

from tests.district import district

__all__ = ["district"]
