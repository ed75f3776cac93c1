"""Access control: owners, limits, body sizes, logins, headers, logs."""
