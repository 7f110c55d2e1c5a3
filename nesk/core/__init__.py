"""What every part of the house stands on: no meaning of the trade, no web."""
