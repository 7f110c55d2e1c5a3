"""Stand-ins of the outside world for demo and tests: a bank, an SMS gateway and a mail server on ports of their own.

They speak the real protocols and know nothing of the product; the product meets them with the clients it meets the real
ones with. `python -m nesk.sandbox` runs them, `nesk.sandbox.pages` shows what they received.
"""
