-- What happened around the pipeline: deploys, incidents, notes.
CREATE TABLE event (
    id          uuid          PRIMARY KEY,
    at          timestamptz   NOT NULL,
    kind        varchar(50)   NOT NULL,
    text        varchar(1000) NOT NULL,
    link        varchar(2000),
    -- Null: everywhere, or not known.
    environment varchar(20),
    recorded_at timestamptz   NOT NULL,
    -- Which key, not the key itself.
    recorded_by varchar(200)  NOT NULL
);

-- For pages of events, and for those around a change.
CREATE INDEX ix_event_at ON event (at, id);
