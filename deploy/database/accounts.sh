#!/bin/sh
# The accounts of the database eccs, none of them an administrator. Run once by an administrator of PostgreSQL; a second run changes nothing.
#   eccs         owns the tables and migrates them              ECCS_OWNER_PASSWORD
#   eccs_web     web, worker and beat log in; it owns nothing   ECCS_LOGIN_PASSWORD
#   eccs_app, eccs_system: taken up by both, nobody logs in as these (docs/security/row-level-security.md)
# PGHOST and the like say which server; the passwords are read from the environment and never stand on a command line.
set -eu
: "${ECCS_OWNER_PASSWORD:?set it}" "${ECCS_LOGIN_PASSWORD:?set it}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-eccs}" <<'SQL'
\getenv owner_password ECCS_OWNER_PASSWORD
\getenv login_password ECCS_LOGIN_PASSWORD
SET log_statement = 'none';
SET client_min_messages = warning;
BEGIN;
SELECT format('CREATE ROLE %I %s', name, rights) FROM (VALUES
    ('eccs', 'LOGIN'), ('eccs_web', 'LOGIN NOINHERIT'), ('eccs_app', 'NOLOGIN'), ('eccs_system', 'NOLOGIN BYPASSRLS')
) wanted (name, rights) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE eccs PASSWORD :'owner_password';
ALTER ROLE eccs_web PASSWORD :'login_password';
GRANT eccs_app, eccs_system TO eccs, eccs_web;
SELECT format('ALTER DATABASE %I OWNER TO eccs', current_database()) \gexec
ALTER FUNCTION upper(text) LEAKPROOF;
ALTER FUNCTION textlike(text, text) LEAKPROOF;
COMMIT;
SQL
