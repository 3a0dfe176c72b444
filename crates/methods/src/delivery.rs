//! The one rule by which an order line is on time and in full. Every figure on every page goes through [`judge`].
//!
//! The functions work on day numbers (days since 1970-01-01) and thousandths, borrow their input and allocate nothing,
//! because the projection calls them for tens of millions of lines.

use crate::code::coded;
use crate::kpi::{
    CountedQuantity, DelayCause, DeliveryRules, OverdueOpen, Partials, ReferenceDate,
};
use crate::missing::Missing;
use crate::rate::Rate;

/// What is known about one schedule line. Days are days since 1970-01-01, quantities thousandths.
#[derive(Debug, Clone, Copy)]
pub struct LineFacts<'a> {
    /// Ordered quantity, in thousandths.
    pub ordered: i64,
    /// The first date the supplier confirmed.
    pub confirmed_first: Option<i32>,
    /// The last date the supplier confirmed.
    pub confirmed_last: Option<i32>,
    /// The date the buyer asked for.
    pub requested: Option<i32>,
    /// The receipts, in any order; sorted by day is fastest.
    pub receipts: &'a [ReceiptFacts],
    /// The day the line was cancelled.
    pub cancelled: Option<i32>,
    /// Who or what delayed the line, where somebody has said so.
    pub cause: Option<DelayCause>,
}

/// One receipt of a line. A correction or a return is a receipt of its own with negative quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// The day of arrival.
    pub on: i32,
    /// Good quantity, in thousandths.
    pub good: i64,
    /// Rejected quantity, in thousandths.
    pub rejected: i64,
}

/// The judgement of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineVerdict {
    /// The line is in no figure, for this reason.
    Excluded(Exclusion),
    /// The line counts.
    Judged(Judged),
}

/// A line that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Complete inside the window; over-delivery ignored.
    pub on_time: bool,
    /// Enough arrived inside the window, and not too much by its end.
    pub otif: bool,
    /// Quantity received inside the window, in thousandths (with `complete_receipt`: of whole deliveries only).
    pub q_in: i64,
    /// Quantity received up to the end of the window, before it included, in thousandths.
    pub total_to_window_end: i64,
    /// The day the line became complete; `None` while it is not.
    pub completed_on: Option<i32>,
    /// The day the delivery is held against.
    pub reference_on: i32,
    /// Whether the supplier answers for the line: no cause the rules exclude. The raw figure takes every line.
    pub accountable: bool,
    /// Days from reference to completion, negative when early. Without completion: days to `as_of`, a lower bound.
    pub days_late: i32,
}

coded! {
    /// Why a line is in no figure.
    pub enum Exclusion {
        /// The ordered quantity is zero or negative; the line should have been rejected.
        NothingOrdered = "nothing_ordered",
        /// None of the reference dates is present.
        NoReferenceDate = "no_reference_date",
        /// The line was cancelled before it could be due.
        CancelledBeforeWindow = "cancelled_before_window",
        /// The line was cancelled and never arrived, so there is no lead time to measure.
        Cancelled = "cancelled",
        /// The line is open and its window has not ended.
        NotYetDue = "not_yet_due",
        /// The line is open and overdue, and the rules leave such lines out.
        OverdueOpen = "overdue_open",
    }
}

impl Exclusion {
    /// The reason code where something that should be known is not; `None` where the line is rightly left out.
    /// The number of lines without a reference date is reported beside the figure.
    pub const fn missing(self) -> Option<Missing> {
        match self {
            Self::NoReferenceDate => Some(Missing::NotReported),
            Self::NothingOrdered => Some(Missing::ParseError),
            _ => None,
        }
    }

    /// A short sentence for people.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::NothingOrdered => "The ordered quantity is not above zero.",
            Self::NoReferenceDate => "The line has no date to hold the delivery against.",
            Self::CancelledBeforeWindow => "The line was cancelled before it was due.",
            Self::Cancelled => "The line was cancelled and never arrived.",
            Self::NotYetDue => "The line is open and not yet due.",
            Self::OverdueOpen => {
                "The line is open and overdue; this definition leaves such lines out."
            }
        }
    }
}

impl LineFacts<'_> {
    /// The first date present, in the order the rules try them.
    pub fn reference_on(&self, order: &[ReferenceDate]) -> Option<i32> {
        order.iter().find_map(|date| match date {
            ReferenceDate::ConfirmedFirst => self.confirmed_first,
            ReferenceDate::ConfirmedLast => self.confirmed_last,
            ReferenceDate::Requested => self.requested,
        })
    }
}

impl Judged {
    /// The line's share of OTIF by quantity: what arrived inside the window, at least nothing and at most what was
    /// ordered, in thousandths.
    pub fn quantity_in_window(&self, ordered: i64) -> i64 {
        self.q_in.clamp(0, ordered.max(0))
    }
}

/// Judges one line as it stood on the day `as_of`.
///
/// - The window runs from `early_days` before the reference to `late_days` after it, both ends included; the reference
///   is the first date present of the rules' list.
/// - The line is complete on the first day by which the counted quantity reaches the ordered quantity less the
///   under-tolerance. Receipts of one day count together. A negative receipt inside or before the window undoes a
///   completion; one dated after the window does not, so a return for quality does not rewrite punctuality.
/// - On time: complete inside the window. On time in full: the quantity received inside the window is enough, and the
///   quantity received up to its end, early parts included, is within the over-tolerance.
/// - With `complete_receipt` only a day that brings enough for the whole line completes it or counts into `q_in`.
/// - Left out: nothing ordered, no reference date, cancelled before the window (where it has no beginning: before the
///   reference), open and not yet due (window end on or after `as_of`), and overdue open lines where the rules say so.
///   Cancelled later and incomplete is a failure.
/// - What happened after `as_of` is not known yet: later receipts and cancellations are ignored.
///
/// Source: handbook 2.1.
///
/// ```
/// use keelson_methods::delivery::{LineFacts, LineVerdict, ReceiptFacts, judge};
/// use keelson_methods::kpi::DeliveryRules;
/// let receipts = [ReceiptFacts { on: 8, good: 60_000, rejected: 0 }, ReceiptFacts { on: 10, good: 40_000, rejected: 0 }];
/// let line = LineFacts {
///     ordered: 100_000, confirmed_first: Some(10), confirmed_last: None, requested: Some(9),
///     receipts: &receipts, cancelled: None, cause: None,
/// };
/// let LineVerdict::Judged(judged) = judge(&line, &DeliveryRules::default(), 31) else { panic!() };
/// assert!(judged.otif && judged.on_time && judged.completed_on == Some(10));
/// ```
pub fn judge(line: &LineFacts<'_>, rules: &DeliveryRules, as_of: i32) -> LineVerdict {
    if line.ordered <= 0 {
        return LineVerdict::Excluded(Exclusion::NothingOrdered);
    }
    let Some(reference_on) = line.reference_on(&rules.reference) else {
        return LineVerdict::Excluded(Exclusion::NoReferenceDate);
    };
    let window = Window::around(reference_on, rules);
    let due_from = if rules.early_days.is_some() {
        window.first
    } else {
        reference_on
    };
    let cancelled = line.cancelled.filter(|day| *day <= as_of);
    if cancelled.is_some_and(|day| day < due_from) {
        return LineVerdict::Excluded(Exclusion::CancelledBeforeWindow);
    }
    let needed = at_least(line.ordered, rules.under_tolerance.millionths);
    let delivered = follow(
        line.receipts,
        needed,
        window,
        rules.quantity,
        rules.partials,
        as_of,
    );
    if delivered.open {
        if window.last >= as_of {
            return LineVerdict::Excluded(Exclusion::NotYetDue);
        }
        if rules.overdue_open == OverdueOpen::Exclude && cancelled.is_none() {
            return LineVerdict::Excluded(Exclusion::OverdueOpen);
        }
    }
    let most = rules
        .over_tolerance
        .map(|over| at_most(line.ordered, over.millionths));
    LineVerdict::Judged(Judged {
        on_time: delivered
            .completed_on
            .is_some_and(|day| window.contains(day)),
        otif: delivered.q_in >= needed && most.is_none_or(|most| delivered.to_window_end <= most),
        q_in: delivered.q_in,
        total_to_window_end: delivered.to_window_end,
        completed_on: delivered.completed_on,
        reference_on,
        accountable: line
            .cause
            .is_none_or(|cause| !rules.excluded_causes.contains(&cause)),
        days_late: delivered
            .completed_on
            .unwrap_or(as_of)
            .saturating_sub(reference_on),
    })
}

/// Orders with all due lines on time and in full / orders with a due line. Lines that are left out do not make an order
/// due. The lines of an order must stand together (sorted by order). Source: handbook 2.1.
pub fn order_otif<K: PartialEq>(lines: impl IntoIterator<Item = (K, LineVerdict)>) -> Rate {
    let (mut passed, mut due) = (0, 0);
    let mut current: Option<(K, bool)> = None;
    for (order, verdict) in lines {
        let LineVerdict::Judged(judged) = verdict else {
            continue;
        };
        match &mut current {
            Some((same, all)) if *same == order => *all &= judged.otif,
            _ => {
                passed += i64::from(matches!(
                    current.replace((order, judged.otif)),
                    Some((_, true))
                ));
                due += 1;
            }
        }
    }
    passed += i64::from(matches!(current, Some((_, true))));
    Rate {
        numerator: passed,
        denominator: due,
        n: due.unsigned_abs(),
    }
}

/// The days on which a delivery is on time, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) first: i32,
    pub(crate) last: i32,
}

impl Window {
    fn around(reference_on: i32, rules: &DeliveryRules) -> Self {
        Self {
            first: rules
                .early_days
                .map_or(i32::MIN, |days| reference_on.saturating_sub_unsigned(days)),
            last: reference_on.saturating_add_unsigned(rules.late_days),
        }
    }

    fn contains(self, day: i32) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// What arrived, seen from a window.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Delivered {
    pub(crate) q_in: i64,
    pub(crate) to_window_end: i64,
    pub(crate) first_on: Option<i32>,
    pub(crate) completed_on: Option<i32>,
    /// Something is still to come.
    pub(crate) open: bool,
}

pub(crate) fn follow(
    receipts: &[ReceiptFacts],
    needed: i64,
    window: Window,
    counted: CountedQuantity,
    partials: Partials,
    as_of: i32,
) -> Delivered {
    let mut delivered = Delivered::default();
    let mut so_far: i64 = 0;
    for (day, quantity) in Days::of(receipts, counted).take_while(|(day, _)| *day <= as_of) {
        so_far = so_far.saturating_add(quantity);
        let whole = partials == Partials::AddUp || quantity >= needed;
        if day <= window.last {
            delivered.to_window_end = so_far;
            if window.first <= day && whole {
                delivered.q_in = delivered.q_in.saturating_add(quantity);
            }
            if so_far < needed {
                delivered.completed_on = None;
            }
        }
        if quantity > 0 && delivered.first_on.is_none() {
            delivered.first_on = Some(day);
        }
        if so_far >= needed && whole && delivered.completed_on.is_none() {
            delivered.completed_on = Some(day);
        }
    }
    delivered.open = delivered.completed_on.is_none() && so_far < needed;
    delivered
}

/// The smallest quantity that is enough: ordered less the tolerance, rounded up.
pub(crate) fn at_least(ordered: i64, under_millionths: u32) -> i64 {
    let share = 1_000_000 - i128::from(under_millionths.min(1_000_000));
    let product = i128::from(ordered) * share;
    // The share is at most one, so the result is at most `ordered`.
    ((product + 999_999) / 1_000_000) as i64
}

/// The largest quantity that is not too much: ordered plus the tolerance, rounded down.
fn at_most(ordered: i64, over_millionths: u32) -> i64 {
    let product = i128::from(ordered) * (1_000_000 + i128::from(over_millionths));
    i64::try_from(product / 1_000_000).unwrap_or(i64::MAX)
}

/// The receipts day by day in order of time, without a copy: a walk when they are sorted, a search for the next day when
/// they are not.
struct Days<'a> {
    receipts: &'a [ReceiptFacts],
    counted: CountedQuantity,
    sorted: bool,
    next: Option<i32>,
}

impl<'a> Days<'a> {
    fn of(receipts: &'a [ReceiptFacts], counted: CountedQuantity) -> Self {
        let sorted = receipts.is_sorted_by_key(|receipt| receipt.on);
        let next = receipts.iter().map(|receipt| receipt.on).min();
        Self {
            receipts,
            counted,
            sorted,
            next,
        }
    }

    fn counted_on(&self, receipts: &[ReceiptFacts], day: i32) -> i64 {
        receipts
            .iter()
            .filter(|receipt| receipt.on == day)
            .fold(0, |sum: i64, receipt| {
                let rejected = if self.counted == CountedQuantity::Received {
                    receipt.rejected
                } else {
                    0
                };
                sum.saturating_add(receipt.good).saturating_add(rejected)
            })
    }
}

impl Iterator for Days<'_> {
    type Item = (i32, i64);

    fn next(&mut self) -> Option<Self::Item> {
        let day = self.next?;
        let quantity = if self.sorted {
            let end = self
                .receipts
                .iter()
                .position(|receipt| receipt.on != day)
                .unwrap_or(self.receipts.len());
            let (today, later) = self.receipts.split_at(end);
            self.receipts = later;
            self.next = later.first().map(|receipt| receipt.on);
            self.counted_on(today, day)
        } else {
            self.next = self
                .receipts
                .iter()
                .map(|receipt| receipt.on)
                .filter(|on| *on > day)
                .min();
            self.counted_on(self.receipts, day)
        };
        Some((day, quantity))
    }
}

#[cfg(test)]
mod tests;
