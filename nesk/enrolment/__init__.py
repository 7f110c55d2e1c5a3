"""How a person comes to their accounts: binding by evidence from the bill, and registration by the number of an account."""
