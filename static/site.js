// What JavaScript adds to pages that do everything without it.
