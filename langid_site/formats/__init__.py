"""Formats of times, where Django's read badly."""
