-- Files in: where a fact came from, what was refused and why.

CREATE TABLE sources (
  id @id,
  name TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

-- One party may be many records in many systems.
CREATE TABLE source_suppliers (
  id @id,
  source_id BIGINT NOT NULL REFERENCES sources (id),
  source_key TEXT NOT NULL,
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  raw_name TEXT NOT NULL,
  digest TEXT,
  import_id BIGINT,
  UNIQUE (source_id, source_key)
);
CREATE INDEX source_suppliers_supplier ON source_suppliers (supplier_id);

CREATE TABLE mappings (
  id @id,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_by BIGINT REFERENCES people (id),
  created_at BIGINT NOT NULL,
  UNIQUE (name, version)
);

CREATE TABLE imports (
  id @id,
  kind TEXT NOT NULL,
  source_id BIGINT REFERENCES sources (id),
  file_name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  storage_key TEXT,
  mapping TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('uploaded', 'waiting', 'running', 'done', 'failed', 'cancelled')),
  -- Rows whose outcome is committed: where a killed import goes on.
  rows_done BIGINT NOT NULL DEFAULT 0,
  rows_total BIGINT,
  inserted BIGINT NOT NULL DEFAULT 0,
  superseded BIGINT NOT NULL DEFAULT 0,
  unchanged BIGINT NOT NULL DEFAULT 0,
  repeated BIGINT NOT NULL DEFAULT 0,
  rejected BIGINT NOT NULL DEFAULT 0,
  suppliers_created BIGINT NOT NULL DEFAULT 0,
  control TEXT,
  failure TEXT,
  started_by BIGINT REFERENCES people (id),
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT
);

CREATE TABLE import_rejects (
  id @id,
  import_id BIGINT NOT NULL REFERENCES imports (id),
  row_number BIGINT NOT NULL,
  column_name TEXT,
  value TEXT,
  reason TEXT NOT NULL
);
CREATE INDEX import_rejects_import ON import_rejects (import_id, row_number)
