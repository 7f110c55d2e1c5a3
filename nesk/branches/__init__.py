"""The supplier's branches: towns they serve, offices, hours, phones and bank requisites."""
