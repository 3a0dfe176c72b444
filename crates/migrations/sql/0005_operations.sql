-- The facts: many and dull. A changed row is a new row; the old one is marked and stays.
-- Dates are days since 1970-01-01, quantities thousandths, prices millionths, money minor units.
-- `missing` holds "field=reason" pairs where a reason other than not_reported is known.

CREATE TABLE order_lines (
  id @id,
  source_id BIGINT NOT NULL,
  source_key TEXT NOT NULL,
  supplier_id BIGINT NOT NULL,
  order_number TEXT,
  line_number TEXT,
  item TEXT,
  description TEXT,
  category TEXT,
  site TEXT,
  quantity_milli BIGINT NOT NULL,
  unit TEXT,
  price_micros BIGINT,
  value_minor BIGINT,
  currency TEXT,
  ordered_on INTEGER,
  requested_on INTEGER,
  confirmed_first_on INTEGER,
  confirmed_last_on INTEGER,
  promised_lead_days INTEGER,
  cancelled_on INTEGER,
  delay_cause TEXT,
  missing TEXT,
  -- The month the projection keeps this line in, as 202603; 0 for a line without any date.
  month INTEGER NOT NULL,
  digest TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  row_number BIGINT NOT NULL,
  superseded_by BIGINT
);
CREATE UNIQUE INDEX order_lines_current ON order_lines (source_id, source_key) WHERE superseded_by IS NULL;
CREATE INDEX order_lines_month ON order_lines (month);
CREATE INDEX order_lines_supplier ON order_lines (supplier_id);

CREATE TABLE receipts (
  id @id,
  source_id BIGINT NOT NULL,
  source_key TEXT NOT NULL,
  -- The order line's own key in the same source: a receipt may arrive before its line.
  line_key TEXT NOT NULL,
  supplier_id BIGINT,
  received_on INTEGER NOT NULL,
  good_milli BIGINT NOT NULL,
  rejected_milli BIGINT NOT NULL,
  site TEXT,
  missing TEXT,
  month INTEGER NOT NULL,
  digest TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  row_number BIGINT NOT NULL,
  superseded_by BIGINT
);
CREATE UNIQUE INDEX receipts_current ON receipts (source_id, source_key) WHERE superseded_by IS NULL;
CREATE INDEX receipts_line ON receipts (source_id, line_key);

CREATE TABLE inspections (
  id @id,
  source_id BIGINT NOT NULL,
  source_key TEXT NOT NULL,
  supplier_id BIGINT NOT NULL,
  line_key TEXT,
  lot TEXT,
  category TEXT,
  site TEXT,
  inspected_on INTEGER,
  received_on INTEGER,
  received_milli BIGINT,
  inspected_milli BIGINT,
  defective_milli BIGINT,
  result TEXT,
  cause TEXT,
  missing TEXT,
  month INTEGER NOT NULL,
  digest TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  row_number BIGINT NOT NULL,
  superseded_by BIGINT
);
CREATE UNIQUE INDEX inspections_current ON inspections (source_id, source_key) WHERE superseded_by IS NULL;
CREATE INDEX inspections_month ON inspections (month);
CREATE INDEX inspections_supplier ON inspections (supplier_id);

CREATE TABLE invoice_lines (
  id @id,
  source_id BIGINT NOT NULL,
  source_key TEXT NOT NULL,
  supplier_id BIGINT NOT NULL,
  invoice_number TEXT,
  line_number TEXT,
  line_key TEXT,
  category TEXT,
  cost_centre TEXT,
  description TEXT,
  quantity_milli BIGINT,
  price_micros BIGINT,
  -- NULL where the source lists a line without an amount; such a line counts in no total.
  amount_minor BIGINT,
  tax_minor BIGINT,
  currency TEXT NOT NULL,
  invoiced_on INTEGER,
  posted_on INTEGER,
  due_on INTEGER,
  paid_on INTEGER,
  match_result TEXT,
  baseline_micros BIGINT,
  baseline_kind TEXT,
  fx_standard_micros BIGINT,
  fx_actual_micros BIGINT,
  missing TEXT,
  month INTEGER NOT NULL,
  digest TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  row_number BIGINT NOT NULL,
  superseded_by BIGINT
);
CREATE UNIQUE INDEX invoice_lines_current ON invoice_lines (source_id, source_key) WHERE superseded_by IS NULL;
CREATE INDEX invoice_lines_month ON invoice_lines (month);
CREATE INDEX invoice_lines_supplier ON invoice_lines (supplier_id);

-- The projection's worklist and catalogue, one row per kind and month: `wanted` counts changes, `written` says up to which
-- change the Parquet file goes. Equal means fresh.
CREATE TABLE projection_months (
  kind TEXT NOT NULL,
  month INTEGER NOT NULL,
  wanted BIGINT NOT NULL,
  written BIGINT NOT NULL DEFAULT 0,
  file TEXT,
  rows BIGINT NOT NULL DEFAULT 0,
  bytes BIGINT NOT NULL DEFAULT 0,
  import_id BIGINT,
  written_at BIGINT,
  PRIMARY KEY (kind, month)
)
