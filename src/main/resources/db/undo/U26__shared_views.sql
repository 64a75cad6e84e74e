DELETE FROM service_key WHERE role = 'GUEST';
DROP TABLE shared_view;
