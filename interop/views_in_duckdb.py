"""Asks every view and table of a SQLite file in SQLite and in DuckDB, and compares all values as text."""

import sqlite3
import sys
from pathlib import Path

import duckdb
import duckdb_extension_sqlite_scanner

[file] = sys.argv[1:]
[extension] = Path(duckdb_extension_sqlite_scanner.__file__).parent.glob("extensions/*/*.duckdb_extension")

lite = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
duck = duckdb.connect()
duck.execute(f"LOAD '{extension}'")
duck.execute(f"ATTACH '{file}' AS kommo (TYPE sqlite, READ_ONLY)")
# These look at every view of the file: one that cannot be parsed is enough to break them.
duck.execute("SHOW ALL TABLES")
described = duck.execute("SELECT count(*) FROM information_schema.columns WHERE table_catalog = 'kommo'")
assert described.fetchone()[0] > 0
listing = "SELECT view_name FROM duckdb_views() UNION ALL SELECT table_name FROM duckdb_tables()"
listed = {name for [name] in duck.execute(listing).fetchall()}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def rows(connection, source, columns, text):
    values = ", ".join(f"CAST({quoted(column)} AS {text})" for column in columns)
    found = connection.execute(f"SELECT {values} FROM {source}").fetchall()
    return sorted(found, key=repr)


names = lite.execute(
    "SELECT name, type FROM sqlite_schema WHERE type = 'view' OR type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
).fetchall()
counts = {"view": 0, "table": 0}
filled = 0
values = 0
for name, kind in names:
    assert name in listed, f"DuckDB does not list {name}"
    columns = [column[0] for column in lite.execute(f'SELECT * FROM "{name}" LIMIT 0').description]
    expected = rows(lite, f'"{name}"', columns, "TEXT")
    found = rows(duck, f'kommo."{name}"', columns, "VARCHAR")
    assert len(found) == len(expected), f"{name}: {len(found)} rows in DuckDB, {len(expected)} in SQLite"
    for there, here in zip(found, expected):
        assert there == here, f"{name}: {there} in DuckDB, {here} in SQLite"
    counts[kind] += 1
    filled += kind == "view" and len(expected) > 0
    values += len(expected) * len(columns)
print(f"{counts['view']} views ({filled} with rows) and {counts['table']} tables: {values} values equal as text")
