-- The record and the queue: what happened, and what has to happen.

-- Append-only. Timelines, the audit trail and notices read it; nothing else records history a second time.
CREATE TABLE events (
  id @id,
  at BIGINT NOT NULL,
  -- NULL when the system acts: `via` then says which part of it.
  actor_id BIGINT REFERENCES people (id),
  via TEXT NOT NULL CHECK (via IN ('page', 'api', 'command', 'job', 'portal')),
  supplier_id BIGINT,
  subject TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  verb TEXT NOT NULL,
  payload TEXT NOT NULL,
  audience TEXT NOT NULL CHECK (audience IN ('internal', 'both'))
);
CREATE INDEX events_supplier ON events (supplier_id, id);
CREATE INDEX events_subject ON events (subject, subject_id, id);

CREATE TABLE jobs (
  id @id,
  name TEXT NOT NULL,
  payload TEXT NOT NULL,
  -- Two waiting jobs with the same key are one.
  dedup_key TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'set_aside')),
  attempts BIGINT NOT NULL DEFAULT 0,
  run_at BIGINT NOT NULL,
  claimed_until BIGINT,
  last_error TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX jobs_ready ON jobs (state, run_at);
CREATE UNIQUE INDEX jobs_dedup ON jobs (dedup_key) WHERE state = 'waiting' AND dedup_key IS NOT NULL
