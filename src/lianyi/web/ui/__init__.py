"""The design system: tokens, components, words, charts."""
