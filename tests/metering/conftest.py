"""Every test of readings may ask for the district."""

from tests.district import district

__all__ = ["district"]
