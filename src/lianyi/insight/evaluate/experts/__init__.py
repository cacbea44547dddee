"""Expert review: what is scored, how sheets come back, how far the experts agree."""
