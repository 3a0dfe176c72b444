//! One list of migrations that serves both engines
