"""The invented brand: its goods, places, creators and words, as data."""
