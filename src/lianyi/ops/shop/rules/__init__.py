"""What the shop decides, without a database."""
