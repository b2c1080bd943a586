"""The standard tap tests of singer-sdk, run on the tap as a program, and stronger forms of those that assert little."""

import json
import os
import subprocess

import pytest
from singer_sdk import Stream, Tap
from singer_sdk.testing import get_tap_test_class
from singer_sdk.testing.runners import TapTestRunner

EXECUTABLE = os.environ["TAP_EXECUTABLE"]
CONFIG = os.environ["TAP_CONFIG"]


def tap(*arguments):
    return subprocess.run([EXECUTABLE, *arguments], check=True, capture_output=True, text=True).stdout


def catalog():
    return json.loads(tap("--config", CONFIG, "--discover"))


class KommoStream(Stream):
    """A stream as the tap's catalog describes it."""

    def get_records(self, context):
        raise NotImplementedError("the program reads, not this class")


class TapKommo(Tap):
    """The tap, where singer-sdk asks a class instead of a program."""

    name = "tap-kommo"
    config_jsonschema = {"type": "object", "properties": {}}

    def discover_streams(self):
        streams = []
        for entry in catalog()["streams"]:
            stream = KommoStream(self, schema=entry["schema"], name=entry["tap_stream_id"])
            stream.primary_keys = entry["key_properties"]
            stream.replication_key = entry.get("replication_key")
            streams.append(stream)
        return streams

    @classmethod
    def print_version(cls, print_fn=print):
        print_fn(tap("--version"))

    @classmethod
    def print_about(cls, output_format=None):
        about = tap("--about", "--format", output_format or "text")
        if output_format == "json":
            assert json.loads(about)["name"] == cls.name
        print(about)

    def run_connection_test(self):
        assert '"RECORD"' in tap("--config", CONFIG, "--test")
        return True


TapTestRunner._execute_sync = lambda self: (tap("--config", CONFIG, "--streams", "all"), "")

TestTapKommo = get_tap_test_class(TapKommo, config={})


@pytest.fixture(scope="module")
def messages():
    return [json.loads(line) for line in tap("--config", CONFIG, "--streams", "all").rstrip("\n").split("\n")]


def nodes(value):
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from nodes(inner)


def test_final_state_has_no_marks_of_the_run(messages):
    """singer-sdk looks for progress markers at the message's top level, where they never are."""
    assert messages[-1]["type"] == "STATE"
    names = {name for node in nodes(messages[-1]) if isinstance(node, dict) for name in node}
    assert not names & {"progress_markers", "replication_key_signpost", "starting_replication_value"}


def test_primary_keys_are_unique(messages):
    """singer-sdk compares generators, which are always different."""
    keys = {entry["tap_stream_id"]: entry["key_properties"] for entry in catalog()["streams"]}
    for stream, key in keys.items():
        rows = [m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == stream]
        if not key:
            continue
        values = [tuple(row[column] for column in key) for row in rows]
        assert len(set(values)) == len(values) > 0


def test_catalog_schema_matches_record(messages):
    """singer-sdk only warns of announced columns that no record has."""
    columns = {m["stream"]: list(m["schema"]["properties"]) for m in messages if m["type"] == "SCHEMA"}
    for message in messages:
        if message["type"] == "RECORD":
            assert list(message["record"]) == columns[message["stream"]]
