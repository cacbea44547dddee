"""The one append-only history of facts: contracts, log, engines, intake."""
