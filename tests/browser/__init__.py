"""A package, so that the Chromium of package scope ends with its last test."""
