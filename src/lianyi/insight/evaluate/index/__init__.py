"""The composite index: declared weights, fixed anchors, and every doubt about the ranking shown beside it."""
