"""On PostgreSQL limits are counted in a table, for all nodes; on SQLite in a file."""

from django.db import migrations

# A quarter of each page is filled at first, and no changed column has an index: then a change stays on its page, and
# needs no entry in an index (HOT).
TABLE = """
CREATE UNLOGGED TABLE classifier_counter (
    name bytea PRIMARY KEY,
    step integer NOT NULL,
    counts bigint[] NOT NULL
) WITH (
    fillfactor = 25,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0.2,
    autovacuum_vacuum_cost_delay = 0
)
"""


def execute_on_postgresql(statement):
    def execute(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return execute


class Migration(migrations.Migration):

    dependencies = [
        ("classifier", "0016_by_consensus"),
    ]

    operations = [
        migrations.RunPython(execute_on_postgresql(TABLE), execute_on_postgresql("DROP TABLE classifier_counter")),
    ]
