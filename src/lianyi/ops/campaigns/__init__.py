"""Campaigns: mechanics with their terms, coupons and how offers combine, referral and commission, risk, the launch check, the monitor, closing and settling."""
