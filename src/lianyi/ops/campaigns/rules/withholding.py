"""Income tax kept back from commission by the cumulative method (CN-DI-008). Whether the operator must withhold is for a tax adviser."""

from lianyi.compliance.register import rule

# Cumulative taxable amount in yuan up to which each rate holds, the rate in per cent, the quick deduction in yuan.
STEPS = ((36_000, 3, 0), (144_000, 10, 2_520), (300_000, 20, 16_920), (420_000, 25, 31_920), (660_000, 30, 52_920), (960_000, 35, 85_920))
TOP = (45, 181_920)
FEN = 100


def withheld_fen(amount_fen: int, *, paid_fen: int = 0, withheld_before_fen: int = 0, months: int = 1) -> int:
    """What to keep back from one payment: (income x 80% - 5,000 yuan a month) x rate - quick deduction, less what was kept back before.

    amount_fen : this payment; paid_fen, withheld_before_fen : earlier ones of the calendar year; months : months with payments, this one included
    Never negative, never more than the payment. About 6,250 yuan a month gives nothing.
    >>> withheld_fen(625_000), withheld_fen(1_000_000)
    (0, 9000)
    """
    values = rule("CN-DI-008").values or {}
    income = paid_fen + amount_fen
    taxable = int(income * (1 - values["expense_share"])) - int(values["monthly_allowance_fen"]) * months
    if taxable <= 0:
        return 0
    percent, quick = next(((rate, quick) for least, rate, quick in STEPS if taxable <= least * FEN), TOP)
    return max(0, min(amount_fen, taxable * percent // 100 - quick * FEN - withheld_before_fen))
