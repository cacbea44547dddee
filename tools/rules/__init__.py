"""Our own rules over the syntax tree: what ruff cannot know about this house.

    python -m tools.rules src

A rule is a generator from a parsed file to the lines that break it; RULES in __main__ is the list. There is no comment
that switches a rule off: an exception is named in the rule's own file, with its reason.
"""
