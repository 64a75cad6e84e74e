-- What the keys of role GUEST may read: one page of the dashboards, over runs of one filter.
CREATE TABLE shared_view (
    key_id uuid        PRIMARY KEY REFERENCES service_key (id) ON DELETE CASCADE,
    -- As its address has it, '' for the first one.
    page   varchar(50) NOT NULL,
    -- As GraphQL's RunFilter has it; what is left out does not restrict.
    filter jsonb       NOT NULL
);
