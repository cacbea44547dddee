"""What friends' shares bring, by withholding a random part of them."""
