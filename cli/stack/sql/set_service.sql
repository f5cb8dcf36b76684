-- Tells provision_service.sql, in the same transaction, the service's name $1 and its role's password $2.
SELECT set_config('atelier.service', $1, true), set_config('atelier.password', $2, true)
