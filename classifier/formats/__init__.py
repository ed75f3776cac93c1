"""Answers for others: JSON, files, links and commands."""
