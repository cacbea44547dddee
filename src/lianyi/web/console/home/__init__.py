"""The overview: how the brand is doing, and what waits to be done."""
