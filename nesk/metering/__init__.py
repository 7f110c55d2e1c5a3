"""Meters: the register of devices, where they are installed, their seals, and the readings of their dials."""
