-- The sample company's printed sign-in links work as often as wanted; in any other organisation they open nothing.
ALTER TABLE links ADD COLUMN reusable BOOLEAN NOT NULL DEFAULT FALSE
