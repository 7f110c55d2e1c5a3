"""The demo town: invented people, the same every time, whose two years are told through the product's own operations."""
