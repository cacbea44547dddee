"""Anomalies: days that stand out once weekdays, seasons, holidays and sales days are accounted for; lasting changes; surprises in a stream."""
