use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use keelson_domain::{Clock, micros, moment};

/// A clock that stands still until a test moves it. Clones show the same time.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// Stands at the given moment.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(micros(now))))
    }

    pub fn set(&self, now: DateTime<Utc>) {
        self.0.store(micros(now), Ordering::SeqCst);
    }

    pub fn advance(&self, by: TimeDelta) {
        self.set(self.now() + by);
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        moment(self.0.load(Ordering::SeqCst))
    }
}

/// Monday, 2 March 2026, nine in the morning: a quarter under way, no month or year end near.
impl Default for TestClock {
    fn default() -> Self {
        Self::at(
            "2026-03-02T09:00:00Z"
                .parse()
                .expect("the moment is written correctly"),
        )
    }
}
