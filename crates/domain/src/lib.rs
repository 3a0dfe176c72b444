//! The business: one folder per capability; knows SQL, knows no HTTP and no HTML
