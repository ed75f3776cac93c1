"""The JSON API: the article's address and version 1 of ours."""
