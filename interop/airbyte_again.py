"""Reads once more with PyAirbyte, from where the state in its cache is."""

import json
import os
import sys
from pathlib import Path

import airbyte

executable, folder, streams = sys.argv[1:4]
config = json.loads(os.environ["SOURCE_CONFIG"])
source = airbyte.get_source("source-kommo", local_executable=Path(executable), config=config)
source.select_streams(json.loads(streams))
source.read(cache=airbyte.caches.DuckDBCache(db_path=str(Path(folder) / "cache.duckdb")))
