"""Whether a rate moved between two windows beyond chance: as a whole, where, since when, and whether only the mix moved."""
