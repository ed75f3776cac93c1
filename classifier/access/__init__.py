"""Access to the service: owners, rate limits, body sizes, logins, headers and logs."""
