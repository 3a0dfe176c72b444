//! Tables and documents in and out: CSV, XLSX, JSON; knows no database
