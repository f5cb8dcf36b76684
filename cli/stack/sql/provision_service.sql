-- A role with a password and a schema of its own for one service, which set_service.sql names.
DO $provision$
DECLARE
  service text := current_setting('atelier.service');
  password text := current_setting('atelier.password');
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
    EXECUTE format('CREATE ROLE %I', service);
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L', service, password);
  EXECUTE format('ALTER ROLE %I SET search_path = %I, public', service, service);
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE atelier TO %I', service);
  EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, service);
  EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', service);
END
$provision$
