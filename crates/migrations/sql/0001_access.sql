-- Who may come in. One organisation runs one Keelson; suppliers are its tenants in the portal.

CREATE TABLE organisation (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,
  currency TEXT NOT NULL,
  locale TEXT NOT NULL,
  -- The sample company says wherever it shows that it is invented.
  invented BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL
);

CREATE TABLE people (
  id @id,
  email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
  name TEXT NOT NULL,
  password_hash TEXT,
  -- Set for a person of a supplier: the only record tree this person may see.
  supplier_id BIGINT,
  status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
  locale TEXT,
  theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
  shortcuts BOOLEAN NOT NULL DEFAULT TRUE,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT
);
CREATE INDEX people_supplier ON people (supplier_id);

CREATE TABLE person_roles (
  person_id BIGINT NOT NULL REFERENCES people (id),
  role TEXT NOT NULL,
  PRIMARY KEY (person_id, role)
);

-- The token itself is never stored: who reads this table can sign in as nobody.
CREATE TABLE sessions (
  id @id,
  token_hash TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  user_agent TEXT,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX sessions_person ON sessions (person_id);

-- Sign-in links, invitations and resets: hashed, single use, bound to a person, short-lived.
CREATE TABLE links (
  id @id,
  token_hash TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('sign_in', 'invitation', 'reset')),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX links_person ON links (person_id);

-- Failed sign-ins per account and address, so that guessing slows down and the owner does not.
CREATE TABLE sign_in_failures (
  id @id,
  email_hash TEXT NOT NULL,
  address TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_recent ON sign_in_failures (email_hash, at);
CREATE INDEX sign_in_failures_address ON sign_in_failures (address, at);

-- A list as a person keeps it: filters, sort, columns in the address's own words. Without a person it is shared.
CREATE TABLE saved_views (
  id @id,
  person_id BIGINT REFERENCES people (id),
  list TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  pinned BOOLEAN NOT NULL DEFAULT FALSE,
  position BIGINT NOT NULL DEFAULT 0,
  created_by BIGINT REFERENCES people (id),
  created_at BIGINT NOT NULL
)
