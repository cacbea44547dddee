"""Is the fall in the business or in the records? Asked before anything is diagnosed; what rests on broken records is withheld."""
