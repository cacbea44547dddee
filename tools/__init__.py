"""What keeps the house in order: own rules, import contracts, lock files, reference pages. Never imported by the product."""
