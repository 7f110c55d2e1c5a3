"""The rights of a person to their own data (152-ФЗ): a copy of everything, who has seen it, and the end of it."""
