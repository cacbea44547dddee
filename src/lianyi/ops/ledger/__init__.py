"""The ledger: double entry for points, commission, coupon subsidy and refunds; what it must not do, the database refuses."""
