"""Keeps a SQLite file up to date with a Kommo account.

Every hour what has changed. Once a week the whole account, which marks what was deleted in Kommo, and then the proof
that the file is complete. The file holds its own state, so a retry goes on where the try before it stopped; a refresh
that ran out of retries goes on at the next hour, because a sync in between would start it over.

The worker needs a checkout of source-kommo after `npm ci`; the Airflow connection `kommo` has the subdomain as host
and the token as password.
"""

from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

checkout = Path("/opt/source-kommo")
refresh_due = checkout / "refresh.due"

kommo = {
    "cwd": str(checkout),
    "env": {
        "KOMMO_SUBDOMAIN": "{{ conn.kommo.host }}",
        "KOMMO_API_KEY": "{{ conn.kommo.password }}",
    },
    "append_env": True,
}

with DAG(
    dag_id="kommo_sync",
    schedule="@hourly",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5)},
):

    @task.branch
    def what_is_due(data_interval_end=None):
        is_weekly = data_interval_end.weekday() == 6 and data_interval_end.hour == 3
        if is_weekly:
            refresh_due.touch()
        return "refresh" if refresh_due.exists() else "sync"

    sync = BashOperator(
        task_id="sync",
        bash_command="npx source-kommo sync --to kommo.db",
        **kommo,
    )
    refresh = BashOperator(
        task_id="refresh",
        bash_command="npx source-kommo sync --to kommo.db --full-refresh && rm refresh.due",
        **kommo,
    )
    verify = BashOperator(
        task_id="verify",
        bash_command="npx source-kommo verify --db kommo.db",
        **kommo,
    )
    what_is_due() >> [sync, refresh]
    refresh >> verify
