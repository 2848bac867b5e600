#!/bin/sh
# Whoever comes to PostgreSQL over a network comes by TLS. Run once, on an empty volume, after accounts.sh.
set -eu
sed -i 's/^host\([[:space:]]\)/hostssl\1/' "$PGDATA/pg_hba.conf"
