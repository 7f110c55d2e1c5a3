"""What tells whom: messages by e-mail, SMS and inside the cabinet, and the channels that carry them."""
