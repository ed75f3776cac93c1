"""The verbs that join models, database and versions; a file a noun."""
