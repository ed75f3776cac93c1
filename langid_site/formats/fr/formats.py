"""French times after a preposition: 25 novembre 2026 à 10:14."""

DATETIME_FORMAT = "j F Y à H:i"
