-- The golden record: one party, one row. Facts point at the source's own key; a merge re-points by view and can be undone.

CREATE TABLE categories (
  id @id,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  parent_id BIGINT REFERENCES categories (id),
  created_at BIGINT NOT NULL
);

CREATE TABLE suppliers (
  id @id,
  number TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  legal_name TEXT,
  legal_form TEXT,
  -- The normalised name without its legal form (handbook 11.2): what search and duplicates compare.
  name_key TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('invited', 'registering', 'under_review', 'approved', 'active', 'blocked', 'retired')),
  status_reason TEXT,
  country TEXT,
  region TEXT,
  city TEXT,
  postcode TEXT,
  address TEXT,
  website TEXT,
  domain TEXT,
  phone TEXT,
  currency TEXT,
  partner_since INTEGER,
  owner_id BIGINT REFERENCES people (id),
  parent_id BIGINT REFERENCES suppliers (id),
  parent_share_ppm BIGINT,
  -- Set while this record is merged into another.
  merged_into BIGINT REFERENCES suppliers (id),
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  verified_at BIGINT
);
CREATE INDEX suppliers_name ON suppliers (name_key);
CREATE INDEX suppliers_domain ON suppliers (domain);
CREATE INDEX suppliers_owner ON suppliers (owner_id);
CREATE INDEX suppliers_parent ON suppliers (parent_id);
CREATE INDEX suppliers_merged ON suppliers (merged_into);

CREATE TABLE supplier_sites (
  id @id,
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  name TEXT NOT NULL,
  purpose TEXT,
  country TEXT,
  city TEXT,
  postcode TEXT,
  address TEXT,
  closed_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX supplier_sites_supplier ON supplier_sites (supplier_id);

CREATE TABLE supplier_contacts (
  id @id,
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  name TEXT NOT NULL,
  email TEXT,
  phone TEXT,
  role TEXT,
  lead BOOLEAN NOT NULL DEFAULT FALSE,
  left_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX supplier_contacts_supplier ON supplier_contacts (supplier_id);

CREATE TABLE supplier_identifiers (
  id @id,
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  scheme TEXT NOT NULL CHECK (scheme IN ('lei', 'iban', 'vat', 'duns', 'registration')),
  value TEXT NOT NULL,
  country TEXT,
  -- valid, or warning where only the registry can tell (handbook 11.6)
  outcome TEXT NOT NULL CHECK (outcome IN ('valid', 'warning')),
  note TEXT,
  created_at BIGINT NOT NULL,
  UNIQUE (supplier_id, scheme, value)
);
CREATE INDEX supplier_identifiers_value ON supplier_identifiers (scheme, value);

CREATE TABLE supplier_categories (
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  category_id BIGINT NOT NULL REFERENCES categories (id),
  main BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (supplier_id, category_id)
);
CREATE INDEX supplier_categories_category ON supplier_categories (category_id);

-- What segmentation asks and no order line answers (handbook 1.1). NULL is missing, never zero.
CREATE TABLE supplier_ratings (
  supplier_id BIGINT PRIMARY KEY REFERENCES suppliers (id),
  business_impact BIGINT CHECK (business_impact BETWEEN 1 AND 5),
  innovation_potential BIGINT CHECK (innovation_potential BETWEEN 1 AND 5),
  innovation_evidence TEXT,
  alternatives BIGINT CHECK (alternatives >= 0),
  switching_cost_minor BIGINT CHECK (switching_cost_minor >= 0),
  market_hhi_ppm BIGINT CHECK (market_hhi_ppm BETWEEN 0 AND 1000000),
  disruption_risk_centi BIGINT CHECK (disruption_risk_centi BETWEEN 0 AND 10000),
  supplier_revenue_minor BIGINT CHECK (supplier_revenue_minor >= 0),
  dependency_centi BIGINT CHECK (dependency_centi BETWEEN 0 AND 10000),
  updated_at BIGINT NOT NULL,
  updated_by BIGINT REFERENCES people (id)
);

CREATE TABLE supplier_notes (
  id @id,
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  author_id BIGINT NOT NULL REFERENCES people (id),
  body TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  at BIGINT NOT NULL,
  withdrawn_at BIGINT
);
CREATE INDEX supplier_notes_supplier ON supplier_notes (supplier_id);

CREATE TABLE documents (
  id @id,
  supplier_id BIGINT NOT NULL REFERENCES suppliers (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  storage_key TEXT NOT NULL,
  valid_from INTEGER,
  valid_to INTEGER,
  shared BOOLEAN NOT NULL,
  uploaded_by BIGINT NOT NULL REFERENCES people (id),
  uploaded_at BIGINT NOT NULL,
  withdrawn_at BIGINT
);
CREATE INDEX documents_supplier ON documents (supplier_id);

-- Pairs that may be one party, with the weights that say so. A verdict is remembered.
CREATE TABLE duplicate_pairs (
  id @id,
  left_id BIGINT NOT NULL REFERENCES suppliers (id),
  right_id BIGINT NOT NULL REFERENCES suppliers (id),
  probability_ppm BIGINT NOT NULL,
  weights TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('open', 'merged', 'distinct')),
  found_at BIGINT NOT NULL,
  decided_by BIGINT REFERENCES people (id),
  decided_at BIGINT,
  UNIQUE (left_id, right_id),
  CHECK (left_id < right_id)
);
CREATE INDEX duplicate_pairs_open ON duplicate_pairs (verdict, probability_ppm);

CREATE TABLE supplier_merges (
  id @id,
  survivor_id BIGINT NOT NULL REFERENCES suppliers (id),
  absorbed_id BIGINT NOT NULL REFERENCES suppliers (id),
  -- What the survivor's fields were and which came from the absorbed record, so that the merge can be undone.
  before TEXT NOT NULL,
  merged_by BIGINT REFERENCES people (id),
  merged_at BIGINT NOT NULL,
  undone_by BIGINT REFERENCES people (id),
  undone_at BIGINT
);
CREATE INDEX supplier_merges_absorbed ON supplier_merges (absorbed_id)
