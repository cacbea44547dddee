"""Who and what there is in a world before its first day: people, circles, goods, contents, campaigns, creators, the calendar."""
