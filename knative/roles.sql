-- Grants the functions' role its rights. Run it once, in a new database owned by podcore_migrate. Tables of later
-- migrations are covered too, because these are default privileges for everything that podcore_migrate creates.
--   psql --dbname podcore --file knative/roles.sql
ALTER DEFAULT PRIVILEGES FOR ROLE podcore_migrate GRANT USAGE ON SCHEMAS TO podcore;
ALTER DEFAULT PRIVILEGES FOR ROLE podcore_migrate GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO podcore;
-- By default every role may fill the server's disk with temporary tables. podcore makes none.
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
