#!/usr/bin/env bash
# Reads an account with the image into any Singer target, here JSON Lines files, and keeps the state for the next run.
# Needs config.json in this folder, the image (docker build --tag source-kommo .) and the target (pipx install target-jsonl).
set -uo pipefail

[ -s state.json ] || echo '{}' > state.json
docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/data" --entrypoint tap-kommo source-kommo --config config.json --state state.json \
  | target-jsonl > states.jsonl
code=$?

# After a failure too: the target writes a state once everything that it covers is stored.
if [ -s states.jsonl ]; then
  tail -n 1 states.jsonl > state.next && mv state.next state.json
fi
exit "$code"
