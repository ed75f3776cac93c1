"""Who asks, how much and how large: owners, limits, bodies, headers and logs."""
