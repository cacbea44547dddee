"""Group buying: how large teams get, how many succeed, how long they take."""
