"""The numbers: what is measured, analysed, evaluated and reported. Knows no web framework."""
