"""The Chinese calendar as data: days off, make-up working days, lunar festivals, shopping festivals, to 2030."""
