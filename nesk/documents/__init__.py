"""Papers: receipts with a payable QR, acts of works. Facts go in, HTML and PDF come out; nothing here reads a database."""
