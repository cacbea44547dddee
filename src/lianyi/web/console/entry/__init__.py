"""Coming in: the first account, the password, the second factor, going out."""
