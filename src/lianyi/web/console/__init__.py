"""The console: where the team works. One frame around pages for each stage of the loop."""
