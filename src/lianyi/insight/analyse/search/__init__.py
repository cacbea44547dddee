"""Search inside platforms: where the brand's keywords stand, and how much they are searched for."""
