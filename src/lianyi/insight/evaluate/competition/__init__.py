"""Ourselves beside the competitors that are tracked: the same figures, read the same way."""
