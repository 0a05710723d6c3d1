-- What the functions' role may do, said once in a new database that belongs to podcore_migrate. Later migrations' tables
-- are covered too: the grants are defaults for whatever podcore_migrate creates.
--   psql --dbname podcore --file knative/roles.sql
ALTER DEFAULT PRIVILEGES FOR ROLE podcore_migrate GRANT USAGE ON SCHEMAS TO podcore;
ALTER DEFAULT PRIVILEGES FOR ROLE podcore_migrate GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO podcore;
