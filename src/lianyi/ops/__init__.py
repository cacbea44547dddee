"""The team acts: transactional, each app owns its tables. Services write, selectors read, rules decide."""
