-- What an administrator said of metrics that reporters send themselves.
CREATE TABLE own_metric (
    name        varchar(50)  PRIMARY KEY,
    unit        varchar(20)  NOT NULL,
    polarity    varchar(20)  NOT NULL CHECK (polarity IN ('HIGHER_IS_BETTER', 'LOWER_IS_BETTER', 'UNKNOWN')),
    description varchar(500)
);
