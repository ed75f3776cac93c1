def test_migrating_switches_sqlite_to_its_write_ahead_log(manage, tmp_path):
    assert manage("migrate").returncode == 0
    assert (tmp_path / "db.sqlite3").read_bytes()[18:20] == b"\x02\x02"  # the file format's mark of WAL
