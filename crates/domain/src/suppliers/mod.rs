//! The golden record of each supplier.
