"""Looking back: evaluations that were asked for, what was decided about their suggestions, and the tasks that followed."""
