-- Suppliers whose facts changed and whose figures have not followed yet. `wanted` counts the changes, so that one that comes
-- while figures are computed is not taken for done.
CREATE TABLE touched_suppliers (
  supplier_id BIGINT PRIMARY KEY,
  wanted BIGINT NOT NULL
);

-- Spend in other currencies than the organisation's, which is never added to it: "USD:1250000,GBP:90000" in minor units.
ALTER TABLE supplier_figures ADD COLUMN spend_elsewhere TEXT NOT NULL DEFAULT ''
