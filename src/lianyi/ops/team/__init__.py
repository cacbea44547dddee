"""The people of the brand who use the console, and the keys of programs that act for them."""
