"""Unit economics: what an order leaves, what a new buyer costs, and when a cohort has paid for itself."""
