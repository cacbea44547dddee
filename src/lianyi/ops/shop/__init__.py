"""The shop: products, prices with their history, stock, orders, payments and refunds."""
