"""Lianyi 涟漪: run a brand's social-commerce community marketing, and prove what it earned."""
