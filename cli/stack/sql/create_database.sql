-- The database of the services.
CREATE DATABASE atelier
