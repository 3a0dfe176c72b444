-- Which suppliers deserve attention, by a policy anybody can read.

CREATE TABLE segmentation_policies (
  id @id,
  policy TEXT NOT NULL,
  version BIGINT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  published_by BIGINT REFERENCES people (id),
  published_at BIGINT NOT NULL,
  UNIQUE (policy, version)
);

-- A tier run is a new row for each supplier; any past tier can be replayed and explained from it.
CREATE TABLE tiers (
  id @id,
  supplier_id BIGINT NOT NULL,
  policy_version BIGINT NOT NULL,
  -- The quarter judged, "2026-Q3": hysteresis counts these.
  period TEXT NOT NULL,
  -- Counts the judgements of one quarter.
  version BIGINT NOT NULL,
  quadrant TEXT NOT NULL,
  tier TEXT NOT NULL,
  plain_quadrant TEXT NOT NULL,
  impact_centi BIGINT,
  risk_centi BIGINT,
  tier_score_centi BIGINT,
  abc TEXT,
  candidate BOOLEAN NOT NULL DEFAULT FALSE,
  -- Where both axes stand, for the next quarter's hysteresis; small beside the breakdown, because all are read at once.
  standing TEXT NOT NULL,
  breakdown TEXT NOT NULL,
  digest TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  decided_by BIGINT REFERENCES people (id),
  decided_at BIGINT NOT NULL,
  UNIQUE (supplier_id, period, version)
);
CREATE INDEX tiers_supplier ON tiers (supplier_id, id);

CREATE TABLE tier_overrides (
  id @id,
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  computed_tier TEXT NOT NULL,
  tier TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('merger', 'regulatory', 'roadmap', 'data_error', 'other')),
  note TEXT,
  requested_by BIGINT NOT NULL REFERENCES people (id),
  approved_by BIGINT REFERENCES people (id),
  starts_on INTEGER NOT NULL,
  ends_on INTEGER NOT NULL,
  requested_at BIGINT NOT NULL,
  approved_at BIGINT,
  withdrawn_at BIGINT,
  CHECK (approved_by IS NULL OR approved_by <> requested_by)
);
CREATE INDEX tier_overrides_supplier ON tier_overrides (supplier_id)
