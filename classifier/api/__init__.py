"""JSON API: version 1, and the address of the article."""
