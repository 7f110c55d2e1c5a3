"""Accounts (лицевые счета) with their premises, who lives there, and who may act for which account."""
