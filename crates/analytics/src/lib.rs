//! Columnar facts: the projection to Parquet and the questions over many rows
