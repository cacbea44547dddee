"""Segments of buyers: recency, frequency and money; tiers that do not flicker."""
