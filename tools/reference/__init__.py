"""Reference pages rendered from what the product itself runs on: error classes, event contracts, the metric catalogue, the commands.

python -m tools.reference           writes docs/reference/*.md
python -m tools.reference --check   fails when a page is not what would be written
"""
