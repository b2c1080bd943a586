"""Runs the SQL of docs/deletions.md on what a client has loaded, and prints the ids that are alive by it.

Arguments: the dialect (duckdb, postgres, or bigquery, which is translated for DuckDB), the database, its schema, the page.
Prints one JSON object: by table the ids that its view shows, and how many rows the table has.
"""

import json
import re
import sys
from pathlib import Path

dialect, place, schema, page = sys.argv[1:5]
marked = re.findall(r"<!-- sql: (\w+) -->\n\n```sql\n(.*?)```", Path(page).read_text(), re.DOTALL)
statements = [sql for name, sql in marked if name in (dialect, "all")]
assert len(statements) == 3, f"{len(statements)} statements for {dialect}"
# The page shows leads; the others are to be written like it.
leads = next(sql for sql in statements if "leads_alive" in sql)
others = [re.sub(r"\bleads", name, leads) for name in ("contacts", "companies", "tasks")]

if dialect == "bigquery":
    import sqlglot

    translated = [sqlglot.transpile(sql, read="bigquery", write="duckdb") for sql in statements + others]
    work = [each for [each] in translated]
else:
    work = statements + others

if dialect == "postgres":
    import psycopg

    connection = psycopg.connect(place, autocommit=True)
    connection.execute(f'SET search_path TO "{schema}"')
else:
    import duckdb

    connection = duckdb.connect(place)
    connection.execute(f"USE {schema}")
for statement in work:
    connection.execute(statement)


def ids(source, columns="id"):
    return [list(row) if len(row) > 1 else row[0] for row in connection.execute(f"SELECT {columns} FROM {source}").fetchall()]


alive = {name: ids(f"{name}_alive") for name in ("leads", "contacts", "companies", "tasks")}
alive["notes"] = ids("notes_alive", "entity_type, id")
held = {name: len(ids(name)) for name in alive}
print(json.dumps({"alive": alive, "held": held, "merged": ids("gone WHERE merged_into IS NOT NULL", "entity_id, merged_into")}))
