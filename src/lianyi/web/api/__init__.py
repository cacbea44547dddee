"""The JSON API: what the console shows, for programs. Stable names, pages, errors with codes; its reference is docs/reference/api.md."""
