//! Factories, both engines and the in-process application for tests
