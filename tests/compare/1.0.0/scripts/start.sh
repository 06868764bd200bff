#!/bin/sh
# Starts @service@ once its database answers.
set -eu

tries=30
until python -m @package@.database --check; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "@service@: the database does not answer" >&2; exit 1; }
    sleep 1
done
exec python -m @package@ --port "${PORT:-@port@}"
