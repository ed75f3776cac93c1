"""Browser tests, a package for the scope of `chromium`."""
