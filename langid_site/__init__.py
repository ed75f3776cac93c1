"""The Django project.

Replaces Python's SQLite with one without the WAL-reset corruption bug.
"""

import sys
from contextlib import suppress

with suppress(ImportError):  # no wheel for this platform; a system check warns of an old SQLite
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
