"""What people write: sentiment and topics of Chinese texts."""
