-- Numbers people read, given in order: whoever takes one holds the row until it commits, on both engines.
-- `group` gives no numbers; taking it keeps two people from changing parents or merging at the same moment.
CREATE TABLE number_series (
  series TEXT PRIMARY KEY,
  last BIGINT NOT NULL
);
INSERT INTO number_series (series, last) VALUES ('supplier', 0), ('group', 0);
-- The duplicate index asks what changed since it last looked.
CREATE INDEX suppliers_updated ON suppliers (updated_at)
