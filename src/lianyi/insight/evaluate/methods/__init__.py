"""The evaluation methods; one file each, from figures to a scored Method."""
