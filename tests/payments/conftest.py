"""Every test of orders may ask for the district."""

from tests.district import district

__all__ = ["district"]
