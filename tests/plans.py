"""Plans of queries, by which tests see indexes used."""

from django.db import connection


def read_plans(queries):
    """Return how the database answers these queries, of which those that do not read are left out."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it prefers to scan and sort a small table
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        plans = []
        for sql in [query["sql"] for query in queries if query["sql"].startswith(("SELECT", "WITH"))]:
            cursor.execute(f"{explain} {sql}")
            plans.append(str(cursor.fetchall()))
    return "\n".join(plans)


def analyze(model):
    """Let the planner of PostgreSQL see how many rows are stored; with few rows, indexes cost the same."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
