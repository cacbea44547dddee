"""Surveys: satisfaction and recommendation with intervals, who answered, weights to known margins, and whether a scale holds together."""
