"""What every surface shares: pages and fragments, forms, sign-in, access, headers, errors."""
