"""One data file per kind of import: its fields, the headings they go by, the facts and reference rows they make."""
