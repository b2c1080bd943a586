"""Reads the account with PyAirbyte into its DuckDB cache: everything, then nothing, then what was edited."""

import json
import os
import sys
import urllib.request
from pathlib import Path

import airbyte

executable, folder, simulator = sys.argv[1:4]
names = json.loads(sys.argv[4])
config = json.loads(os.environ["SOURCE_CONFIG"])


def order(action, **details):
    request = urllib.request.Request(
        f"{simulator}/_simulator/{action}", data=json.dumps(details).encode(), method="POST"
    )
    return json.load(urllib.request.urlopen(request))


source = airbyte.get_source("source-kommo", local_executable=Path(executable), config=config, streams="*")
source.check()
incremental, full = names["incremental"], names["full"]
assert sorted(source.get_available_streams()) == sorted(names["all"]), source.get_available_streams()
cache = airbyte.caches.DuckDBCache(db_path=str(Path(folder) / "cache.duckdb"))


def read(streams):
    source.select_streams(streams)
    result = source.read(cache=cache)
    return result.processed_records


first = read(incremental)
second = read(incremental)
edited = order("edit", stream="leads", count=3, events=False)["ids"]
# The second of the edits is over before the next read begins.
order("readings", clockSkew=7200)
third = read(incremental)
every = read(full)
# What changed last is on top of some lists: they are read from there, once a read has seen that it is so.
top = names["fromTheTop"]
again = read(top)
moved = [id for stream in top for id in order("edit", stream=stream, count=2, events=False)["ids"]]
order("readings", clockSkew=14400)
changed = read(top)
counts = {"first": first, "second": second, "third": third, "full": every, "edited": edited}
print(json.dumps({**counts, "again": again, "moved": moved, "changed": changed}))
