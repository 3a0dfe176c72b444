//! Files in: mapping, validation, rejects, provenance.
