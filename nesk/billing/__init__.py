"""What it costs: tariffs, the append-only ledger, penalties, and the closing of a month."""
