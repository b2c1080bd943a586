"""Brings a SQLite file up to date with a Kommo account every hour, and proves it complete.

The file holds its own state, so a retry goes on where the try before it stopped. The worker needs a checkout of
source-kommo after `npm ci`; the Airflow connection `kommo` has the subdomain as host and the token as password.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

account = {
    "KOMMO_SUBDOMAIN": "{{ conn.kommo.host }}",
    "KOMMO_API_KEY": "{{ conn.kommo.password }}",
}

with DAG(
    dag_id="kommo_sync",
    schedule="@hourly",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "cwd": "/opt/source-kommo"},
):
    sync = BashOperator(
        task_id="sync",
        bash_command="npx source-kommo sync --to kommo.db",
        env=account,
        append_env=True,
    )
    verify = BashOperator(
        task_id="verify",
        bash_command="npx source-kommo verify --db kommo.db",
        env=account,
        append_env=True,
    )
    sync >> verify
