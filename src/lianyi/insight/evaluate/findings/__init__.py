"""What deserves an owner's attention: one file a subject, each a function from the case to findings."""
