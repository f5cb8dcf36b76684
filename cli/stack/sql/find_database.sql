-- Whether the database of the services exists.
SELECT true AS found FROM pg_database WHERE datname = 'atelier'
