"""Sessions and paths: what people do after what, and how well the way leads to the goal."""
