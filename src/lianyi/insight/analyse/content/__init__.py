"""Contents: how they perform beyond chance, how original they are, and which repeat each other."""
