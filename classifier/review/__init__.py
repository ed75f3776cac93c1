"""The reviewers' pages and the admin."""
