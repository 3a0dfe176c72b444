//! The queue: work that can wait; knows no business word
