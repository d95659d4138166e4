#!/usr/bin/env bash
# Makes a login for each line "name password kind" of the secret; PostgreSQL's image runs it once. The kind is database,
# for a login with a database of its own name; roles, for one that makes roles as well; or login, for one without either.
set -euo pipefail
run() {
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
        --set=name="$name" --set=password="$password"
}
while read -r name password kind; do
    run <<<"CREATE ROLE :\"name\" LOGIN PASSWORD :'password';"
    if [ "$kind" = login ]; then continue; fi
    if [ "$kind" = roles ]; then run <<<'ALTER ROLE :"name" CREATEROLE;'; fi
    run <<'SQL'
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done <"${DATABASES:-/run/secrets/databases}"
