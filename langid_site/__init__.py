"""The Django project; puts a SQLite without the WAL-reset corruption bug in place of Python's own."""

import sys
from contextlib import suppress

with suppress(ImportError):  # no wheel for this platform: a system check warns if its SQLite is old
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
