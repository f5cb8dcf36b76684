-- The extension, and the doors closed that PostgreSQL leaves open to every role.
DO $provision$
BEGIN
  CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
  REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  REVOKE ALL ON DATABASE atelier, postgres, template1 FROM PUBLIC;
END
$provision$
