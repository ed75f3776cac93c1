"""English times with their minutes: 10:00 a.m., not 10 a.m."""

DATETIME_FORMAT = "N j, Y, g:i a"
SHORT_DATETIME_FORMAT = "m/d/Y g:i a"
