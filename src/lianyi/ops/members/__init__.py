"""Members: who they are (as pseudonyms), what they agreed to, their tags and tier, who brought them."""
