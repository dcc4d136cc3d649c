"""German dates, the month as a word, and numbers with a decimal comma. A day or an hour keeps to one line with its dot or word."""

DATE_FORMAT = "j.\u00a0F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j.\u00a0F Y, H:i\u00a0\\U\\h\\r"
YEAR_MONTH_FORMAT = "F Y"
MONTH_DAY_FORMAT = "j.\u00a0F"
SHORT_DATE_FORMAT = "j.\u00a0M Y"
SHORT_DATETIME_FORMAT = "j.\u00a0M Y, H:i\u00a0\\U\\h\\r"
FIRST_DAY_OF_WEEK = 1
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
