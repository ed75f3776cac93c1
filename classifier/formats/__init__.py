"""Answers as JSON, files, links and commands."""
