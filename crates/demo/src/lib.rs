//! The sample company, generated from a seed
