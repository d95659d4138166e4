#!/usr/bin/env bash
# Makes a login and a database of its own for each line "name password" of the secret; PostgreSQL's image runs it once.
set -euo pipefail
while read -r name password; do
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
        --set=name="$name" --set=password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done <"${DATABASES:-/run/secrets/databases}"
