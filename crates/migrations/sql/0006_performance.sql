-- What gets measured, how, and what it came to.

-- A definition is a document; publishing makes a new version and the old ones stay.
CREATE TABLE kpi_definitions (
  id @id,
  kpi TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  published_by BIGINT REFERENCES people (id),
  published_at BIGINT NOT NULL,
  UNIQUE (kpi, version)
);

CREATE TABLE scorecard_templates (
  id @id,
  template TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  published_by BIGINT REFERENCES people (id),
  published_at BIGINT NOT NULL,
  UNIQUE (template, version)
);

-- What the projection says today, per supplier, definition and period: derived, replaced whenever its month is rewritten.
CREATE TABLE measures (
  supplier_id BIGINT NOT NULL,
  kpi TEXT NOT NULL,
  version BIGINT NOT NULL,
  period TEXT NOT NULL,
  numerator BIGINT,
  denominator BIGINT,
  n BIGINT NOT NULL,
  value DOUBLE PRECISION,
  low DOUBLE PRECISION,
  high DOUBLE PRECISION,
  reason TEXT,
  as_of INTEGER NOT NULL,
  PRIMARY KEY (supplier_id, kpi, period)
);
CREATE INDEX measures_period ON measures (kpi, period);

-- A judgement: immutable, with everything it was made from.
CREATE TABLE scorecards (
  id @id,
  supplier_id BIGINT NOT NULL,
  period TEXT NOT NULL,
  -- Counts the judgements of one period: scored again after new facts, a new row.
  version BIGINT NOT NULL,
  template TEXT NOT NULL,
  template_version BIGINT NOT NULL,
  score_centi BIGINT,
  coverage_ppm BIGINT NOT NULL,
  raw_grade TEXT,
  grade TEXT,
  provisional BOOLEAN NOT NULL,
  breakdown TEXT NOT NULL,
  digest TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  scored_by BIGINT REFERENCES people (id),
  scored_at BIGINT NOT NULL,
  shared_at BIGINT,
  UNIQUE (supplier_id, period, version)
);
CREATE INDEX scorecards_period ON scorecards (period, supplier_id);

-- One row per supplier with what lists sort and filter by. Derived from measures, scorecards and tiers.
CREATE TABLE supplier_figures (
  supplier_id BIGINT PRIMARY KEY,
  spend_minor BIGINT,
  spend_share_ppm BIGINT,
  abc TEXT,
  score_centi BIGINT,
  score_delta_centi BIGINT,
  coverage_ppm BIGINT,
  provisional BOOLEAN NOT NULL DEFAULT FALSE,
  grade TEXT,
  -- The last eight quarters' scores, oldest first, "8120,,7990": a gap stays a gap.
  score_trend TEXT NOT NULL DEFAULT '',
  on_time_ppm BIGINT,
  on_time_trend TEXT NOT NULL DEFAULT '',
  ppm_milli BIGINT,
  tier TEXT,
  quadrant TEXT,
  order_lines BIGINT NOT NULL DEFAULT 0,
  last_receipt_on INTEGER,
  refreshed_at BIGINT NOT NULL
);
CREATE INDEX supplier_figures_spend ON supplier_figures (spend_minor);
CREATE INDEX supplier_figures_score ON supplier_figures (score_centi);
CREATE INDEX supplier_figures_tier ON supplier_figures (tier)
