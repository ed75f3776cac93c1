"""The web pages, a module for each kind: validate, call one service, respond."""
