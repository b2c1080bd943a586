"""The standard tests of the Airbyte CDK, run on the source as a program."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from airbyte_cdk.models import AirbyteMessageSerializer, Type
from airbyte_cdk.sources import Source
from airbyte_cdk.test.standard_tests.source_base import SourceTestSuiteBase

EXECUTABLE = os.environ["SOURCE_EXECUTABLE"]


def run(*arguments):
    ended = subprocess.run([EXECUTABLE, *arguments], capture_output=True, text=True)
    # Not splitlines(), which would cut lines at U+2028 as well.
    return [AirbyteMessageSerializer.load(json.loads(line)) for line in ended.stdout.split("\n") if line]


def written(value):
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(value, file)
    return file.name


def only(messages, kind):
    [message] = [message for message in messages if message.type == kind]
    return message


class SourceKommo(Source):
    """The source, where the CDK asks a class instead of a program."""

    check_config_against_spec = False

    def spec(self, logger):
        return only(run("spec"), Type.SPEC).spec

    def check(self, logger, config):
        return only(run("check", "--config", written(config)), Type.CONNECTION_STATUS).connectionStatus

    def discover(self, logger, config):
        return only(run("discover", "--config", written(config)), Type.CATALOG).catalog

    def read(self, logger, config, catalog, state=None):
        yield from run("read", "--config", written(config), "--catalog", written(catalog))

    @classmethod
    def read_catalog(cls, catalog_path):
        # As it is: the source is to judge a bad catalog, not the CDK.
        return json.loads(Path(catalog_path).read_text())


class TestSourceKommo(SourceTestSuiteBase):
    """Collected by pytest."""

    connector = SourceKommo

    @classmethod
    def get_connector_root_dir(cls):
        return Path(os.environ["CONNECTOR_ROOT"])
