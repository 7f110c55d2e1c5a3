"""Money coming in and going back: payments by card, the bank's gateway and its callbacks, registers, refunds."""
