"""Views of the pages: validate, call one service, respond."""
