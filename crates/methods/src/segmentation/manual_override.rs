//! Overriding a computed result: with a reason, a second person, and an end.

use crate::code::coded;
use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Days before its end at which an override warns.
const WARN_DAYS: u64 = 30;
/// The longest an override may last.
const LONGEST: Months = Months::new(24);
/// How long it lasts unless somebody says otherwise.
const USUAL: Months = Months::new(12);

/// More than this share of active suppliers overridden says that the model is wrong, not the suppliers.
pub const TOO_MANY_OVERRIDES: f64 = 0.10;

coded! {
    /// Why a computed result is overridden.
    pub enum OverrideReason {
        /// A merger changes what the figures mean.
        Merger = "merger",
        /// A regulator demands it.
        Regulatory = "regulatory",
        /// The product roadmap demands it.
        Roadmap = "roadmap",
        /// The data behind the result is wrong.
        DataError = "data_error",
        /// Something else, in words.
        Other = "other",
    }
}

/// An override of a computed result, which is kept beside it. `P` is how the caller names people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override<T, P> {
    /// The value that counts instead.
    pub value: T,
    /// Why.
    pub reason: OverrideReason,
    /// Why, in words; must not be empty for `other`.
    pub note: String,
    /// Who asked for it.
    pub requester: P,
    /// Who approved it: somebody else.
    pub approver: P,
    /// First day.
    pub starts_on: NaiveDate,
    /// The day on which the computed value returns.
    pub ends_on: NaiveDate,
}

/// Why an override is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// Nobody approves their own.
    #[error("somebody other than the requester must approve the override")]
    OwnApproval,
    /// It would end before it starts.
    #[error("the override must end after it starts")]
    EndsBeforeStart,
    /// It would last too long.
    #[error("an override lasts at most 24 months")]
    TooLong,
    /// "Other" explains nothing by itself.
    #[error("say in words why, when the reason is \"other\"")]
    NoExplanation,
}

coded! {
    /// Where an override stands on a day.
    pub enum OverrideState {
        /// It has not started.
        Pending = "pending",
        /// It counts.
        Active = "active",
        /// It counts and ends within 30 days.
        EndsSoon = "ends_soon",
        /// The computed value has returned.
        Expired = "expired",
    }
}

impl<T: Copy, P: PartialEq> Override<T, P> {
    /// The usual end: twelve months after the start.
    pub fn usual_end(starts_on: NaiveDate) -> NaiveDate {
        starts_on
            .checked_add_months(USUAL)
            .unwrap_or(NaiveDate::MAX)
    }

    /// Whether the override may stand. Source: handbook 00, "Audit and overrides", and 1.6.
    pub fn check(&self) -> Result<(), OverrideError> {
        let latest = self
            .starts_on
            .checked_add_months(LONGEST)
            .unwrap_or(NaiveDate::MAX);
        match () {
            () if self.requester == self.approver => Err(OverrideError::OwnApproval),
            () if self.ends_on <= self.starts_on => Err(OverrideError::EndsBeforeStart),
            () if self.ends_on > latest => Err(OverrideError::TooLong),
            () if self.reason == OverrideReason::Other && self.note.trim().is_empty() => {
                Err(OverrideError::NoExplanation)
            }
            () => Ok(()),
        }
    }

    /// Where the override stands on a day.
    pub fn state(&self, as_of: NaiveDate) -> OverrideState {
        match () {
            () if as_of < self.starts_on => OverrideState::Pending,
            () if as_of >= self.ends_on => OverrideState::Expired,
            () if as_of
                .checked_add_days(Days::new(WARN_DAYS))
                .is_none_or(|then| then >= self.ends_on) =>
            {
                OverrideState::EndsSoon
            }
            () => OverrideState::Active,
        }
    }

    /// The value that counts on a day: the override's while it is active, else the computed one.
    pub fn effective(&self, computed: T, as_of: NaiveDate) -> T {
        match self.state(as_of) {
            OverrideState::Active | OverrideState::EndsSoon => self.value,
            OverrideState::Pending | OverrideState::Expired => computed,
        }
    }
}

/// Whether so many overrides among so many active suppliers say that the model is wrong. Source: handbook 1.6.
pub fn override_share_is_too_high(overridden: u64, active: u64) -> bool {
    active > 0 && overridden as f64 / active as f64 > TOO_MANY_OVERRIDES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segmentation::Tier;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn example() -> Override<Tier, &'static str> {
        Override {
            value: Tier::Strategic,
            reason: OverrideReason::Roadmap,
            note: String::new(),
            requester: "buyer",
            approver: "head of purchasing",
            starts_on: day("2026-01-15"),
            ends_on: day("2027-01-15"),
        }
    }

    #[test]
    fn the_computed_value_returns_by_itself() {
        let over = example();
        assert_eq!(over.check(), Ok(()));
        assert_eq!(
            Override::<Tier, &str>::usual_end(over.starts_on),
            over.ends_on
        );
        for (on, state, tier) in [
            ("2026-01-14", OverrideState::Pending, Tier::Leverage),
            ("2026-01-15", OverrideState::Active, Tier::Strategic),
            ("2026-12-15", OverrideState::Active, Tier::Strategic),
            ("2026-12-16", OverrideState::EndsSoon, Tier::Strategic),
            ("2027-01-15", OverrideState::Expired, Tier::Leverage),
        ] {
            assert_eq!(
                (over.state(day(on)), over.effective(Tier::Leverage, day(on))),
                (state, tier),
                "{on}"
            );
        }
    }

    #[test]
    fn an_override_needs_a_second_person_an_end_and_a_reason() {
        let check = |over: Override<Tier, &str>| over.check();
        assert_eq!(
            check(Override {
                approver: "buyer",
                ..example()
            }),
            Err(OverrideError::OwnApproval)
        );
        assert_eq!(
            check(Override {
                ends_on: day("2026-01-15"),
                ..example()
            }),
            Err(OverrideError::EndsBeforeStart)
        );
        assert_eq!(
            check(Override {
                ends_on: day("2028-01-16"),
                ..example()
            }),
            Err(OverrideError::TooLong)
        );
        assert_eq!(
            check(Override {
                ends_on: day("2028-01-15"),
                ..example()
            }),
            Ok(())
        );
        let unexplained = Override {
            reason: OverrideReason::Other,
            note: "  ".into(),
            ..example()
        };
        assert_eq!(check(unexplained), Err(OverrideError::NoExplanation));
    }

    #[test]
    fn more_than_a_tenth_overridden_is_too_many() {
        assert_eq!(
            [
                override_share_is_too_high(10, 100),
                override_share_is_too_high(11, 100)
            ],
            [false, true]
        );
        assert!(!override_share_is_too_high(0, 0));
    }
}
