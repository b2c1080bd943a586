"""Prints what a target has stored, one JSON line a row: [stream, row]. Runs in the target's own environment."""

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path

STREAMS = sys.argv[3].split(",")


def jsonl(folder):
    for stream in STREAMS:
        for file in sorted(Path(folder).glob(f"{stream}-*.jsonl")):
            with file.open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    yield stream, json.loads(line)


def csv_files(folder):
    csv.field_size_limit(sys.maxsize)
    for stream in STREAMS:
        for file in sorted(Path(folder).glob(f"{stream}-*.csv")):
            with file.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    yield stream, row


def parquet(folder):
    import pyarrow.parquet

    for stream in STREAMS:
        for row in pyarrow.parquet.read_table(Path(folder) / f"{stream}.parquet").to_pylist():
            yield stream, row


def tables(connection, prefix=""):
    for stream in STREAMS:
        cursor = connection.cursor()
        cursor.execute(f'select * from {prefix}"{stream}"')
        names = [column[0] for column in cursor.description]
        for values in cursor.fetchall():
            yield stream, dict(zip(names, values))


def sqlite(file):
    import sqlite3

    return tables(sqlite3.connect(file))


def duckdb(file):
    import duckdb

    return tables(duckdb.connect(file, read_only=True), "kommo.")


def pyairbyte(file):
    import duckdb

    return tables(duckdb.connect(file, read_only=True), "main.")


def postgres(url):
    import psycopg

    return tables(psycopg.connect(url), "kommo.")


READERS = {
    "jsonl": jsonl,
    "csv": csv_files,
    "parquet": parquet,
    "sqlite": sqlite,
    "duckdb": duckdb,
    "pyairbyte": pyairbyte,
    "postgres": postgres,
}


def as_json(value):
    return float(value) if isinstance(value, Decimal) else str(value)


for stream, row in READERS[sys.argv[1]](sys.argv[2]):
    print(json.dumps([stream, row], default=as_json))
