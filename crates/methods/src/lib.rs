//! The science: pure functions over numbers, dates and names
