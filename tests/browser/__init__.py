"""Browser tests; a package, since the fixture `chromium` has package scope."""
