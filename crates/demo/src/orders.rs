//! What the sample company ordered, received, inspected and paid, month by month.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use rand::{Rng, seq::IndexedRandom};

use crate::company::Supplier;

/// Months of history.
pub(crate) const MONTHS: u32 = 30;

/// The first day of the history that ends today.
pub(crate) fn begin(today: NaiveDate) -> NaiveDate {
    first_of_month(today)
        .checked_sub_months(Months::new(MONTHS - 1))
        .unwrap_or(today)
}

/// An order line with everything that followed from it. Quantities in thousandths, prices in millionths, amounts in cents.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Which supplier, by its place in the list.
    pub(crate) supplier: usize,
    pub(crate) order: u32,
    pub(crate) number: u32,
    pub(crate) item: &'static str,
    pub(crate) site: &'static str,
    pub(crate) quantity_milli: i64,
    pub(crate) price_micros: i64,
    pub(crate) standard_micros: i64,
    pub(crate) ordered_on: NaiveDate,
    pub(crate) requested_on: NaiveDate,
    pub(crate) confirmed_on: NaiveDate,
    pub(crate) last_promised_on: NaiveDate,
    pub(crate) cancelled_on: Option<NaiveDate>,
    pub(crate) delay_cause: Option<&'static str>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) inspection: Option<Inspection>,
    pub(crate) invoice: Option<Invoice>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Receipt {
    pub(crate) on: NaiveDate,
    pub(crate) good_milli: i64,
    pub(crate) rejected_milli: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Inspection {
    pub(crate) on: NaiveDate,
    pub(crate) received_on: NaiveDate,
    pub(crate) received_milli: i64,
    pub(crate) inspected_milli: i64,
    pub(crate) defective_milli: i64,
    pub(crate) result: &'static str,
    pub(crate) cause: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Invoice {
    pub(crate) posted_on: NaiveDate,
    pub(crate) due_on: NaiveDate,
    pub(crate) paid_on: Option<NaiveDate>,
    pub(crate) quantity_milli: i64,
    pub(crate) amount_minor: i64,
    pub(crate) matched: &'static str,
}

/// The plants of the sample company.
const PLANTS: &[&str] = &["Hamburg", "Hamburg", "Hamburg", "Gdańsk", "Bergamo"];

/// All lines of one supplier up to a day, oldest first. `orders` numbers the purchase orders of the company.
pub(crate) fn lines(
    rng: &mut impl Rng,
    place: usize,
    supplier: &Supplier,
    today: NaiveDate,
    orders: &mut u32,
) -> Vec<Line> {
    let habits = &supplier.habits;
    let mut lines = Vec::new();
    let first = begin(today);
    for month in 0..MONTHS {
        if MONTHS - month > habits.months {
            continue;
        }
        let begin = first
            .checked_add_months(Months::new(month))
            .unwrap_or(today);
        // Summer and the turn of the year are quiet.
        let season = match begin.month() {
            8 | 12 => 0.75,
            3 | 10 => 1.12,
            _ => 1.0,
        };
        let wanted = habits.lines * season;
        let count = wanted.floor() as u32 + u32::from(rng.random_bool(wanted.fract()));
        let mut left_in_order = 0;
        for _ in 0..count {
            if left_in_order == 0 {
                *orders += 1;
                left_in_order = rng.random_range(1..=5);
            }
            left_in_order -= 1;
            let ordered = workday(begin + Days::new(rng.random_range(0..28)));
            if ordered <= today {
                let mut line = line(rng, supplier, month, ordered, today);
                (line.supplier, line.order, line.number) =
                    (place, *orders, lines.len() as u32 % 90 + 1);
                lines.push(line);
            }
        }
    }
    lines
}

fn line(
    rng: &mut impl Rng,
    supplier: &Supplier,
    month: u32,
    ordered_on: NaiveDate,
    today: NaiveDate,
) -> Line {
    let (habits, category) = (&supplier.habits, supplier.category);
    let item = rng.random_range(0..category.items.len());
    let standard_micros = item_price(category, item) * 10_000;
    // Prices come from the standard price and end where the supplier takes them.
    let drift =
        habits.price * f64::from(month + 1) / f64::from(MONTHS) + rng.random_range(-0.008..0.008);
    let price_micros = (standard_micros as f64 * (1.0 + drift)).round() as i64 / 10_000 * 10_000;
    let quantity_milli = rng.random_range(category.lot.0..=category.lot.1) * 1_000;

    let lead = category.lead_days + rng.random_range(-3..=5);
    let requested_on = workday(after(ordered_on, lead.max(2)));
    let confirmed_on = if rng.random_bool(0.82) {
        requested_on
    } else {
        workday(after(requested_on, rng.random_range(1..=9)))
    };
    let mut line = Line {
        supplier: 0,
        order: 0,
        number: 0,
        item: category.items[item],
        site: PLANTS.choose(rng).copied().unwrap_or("Hamburg"),
        quantity_milli,
        price_micros,
        standard_micros,
        ordered_on,
        requested_on,
        confirmed_on,
        last_promised_on: confirmed_on,
        cancelled_on: None,
        delay_cause: None,
        receipts: Vec::new(),
        inspection: None,
        invoice: None,
    };
    if rng.random_bool(0.006) {
        line.cancelled_on = Some(after(ordered_on, 2)).filter(|day| *day <= today);
        if line.cancelled_on.is_some() {
            return line;
        }
    }
    deliver(rng, habits, month, &mut line, today);
    if let Some(last) = line.receipts.last().copied() {
        line.inspection = inspect(rng, habits, &line, last, today);
        line.invoice = invoice(rng, habits, &line, last, today);
    }
    line
}

/// The goods arrive: inside the delivery window, late, too early or in parts, and not after today.
fn deliver(
    rng: &mut impl Rng,
    habits: &crate::company::Habits,
    month: u32,
    line: &mut Line,
    today: NaiveDate,
) {
    let changed = f64::from(month.saturating_sub(habits.turn));
    let on_time = (habits.on_time + habits.drift * changed).clamp(0.35, 0.995);
    let first = after(line.ordered_on, 1);
    let inside = rng.random_bool(on_time);
    let arrival = if inside {
        let early = if rng.random_bool(habits.hasty) {
            3
        } else {
            rng.random_range(0..=2)
        };
        before_weekend(after(line.confirmed_on, -early), line.confirmed_on)
    } else if rng.random_bool(habits.too_early) {
        workday(after(line.confirmed_on, -rng.random_range(7..=15)))
    } else {
        late(rng, line)
    };
    let arrival = arrival.max(first);
    let short = if rng.random_bool(habits.short) {
        rng.random_range(30..=120)
    } else {
        0
    };
    let good = line.quantity_milli - line.quantity_milli / 1_000 * short;
    let rejected = if rng.random_bool(0.004) {
        (line.quantity_milli / 50_000).max(1) * 1_000
    } else {
        0
    };
    if rng.random_bool(habits.partial) && good >= 4_000 {
        let part = good / 2_000 * 1_000;
        // The first part of a line on time is on time too.
        let begin = if inside {
            after(line.confirmed_on, -3).max(first)
        } else {
            first
        };
        let before = after(arrival, -rng.random_range(1..=3)).max(begin);
        receive(line, before.min(arrival), part, 0, today);
        receive(line, arrival, good - part, rejected, today);
    } else {
        receive(line, arrival, good, rejected, today);
    }
}

/// A day after the promised one, with a new promise where it is more than a few days, and the cause where somebody noted it.
fn late(rng: &mut impl Rng, line: &mut Line) -> NaiveDate {
    let late = 1 + (-(rng.random_range(0.0_f64..1.0).max(1e-6)).ln() * 5.0) as i64;
    if late > 4 {
        line.last_promised_on = workday(after(line.confirmed_on, late - rng.random_range(0..=2)));
    }
    line.delay_cause = match rng.random_range(0..100) {
        0..=5 => Some("buyer"),
        6..=9 => Some("carrier_buyer"),
        10 => Some("force_majeure"),
        11..=45 => Some("supplier"),
        _ => None,
    };
    workday(after(line.confirmed_on, late))
}

fn receive(line: &mut Line, on: NaiveDate, good: i64, rejected: i64, today: NaiveDate) {
    if on <= today {
        line.receipts.push(Receipt {
            on,
            good_milli: good - rejected.min(good),
            rejected_milli: rejected,
        });
    }
}

/// One lot in so many is inspected.
const INSPECTED: f64 = 6.0;

/// What the incoming inspection finds, where it looks.
fn inspect(
    rng: &mut impl Rng,
    habits: &crate::company::Habits,
    line: &Line,
    last: Receipt,
    today: NaiveDate,
) -> Option<Inspection> {
    let on = after(last.on, rng.random_range(0..=3));
    if line.item.contains(", per") || !rng.random_bool(1.0 / INSPECTED) || on > today {
        return None;
    }
    let received = last.good_milli + last.rejected_milli;
    let inspected = received.min(50_000.max(received / 10_000 * 1_000));
    // The lots that are inspected show all defects there are, and one in five is not the supplier's.
    let expected = received as f64 / 1_000.0 * habits.ppm / 1_000_000.0 * INSPECTED / 0.8;
    let bad_lots = habits.bad_lots.min(expected).max(1e-9);
    let defective = if rng.random_bool(bad_lots.min(1.0)) {
        let each = expected / bad_lots;
        (each as i64 + i64::from(rng.random_bool(each.fract())))
            .clamp(1, (inspected / 1_000).max(1))
    } else {
        0
    };
    let result = match (defective, rng.random_range(0..10)) {
        (0, _) => "accepted",
        (_, 0..=3) => "rejected",
        (_, 4..=6) => "sorted",
        (_, 7..=8) => "reworked",
        _ => "use_as_is",
    };
    let cause = (defective > 0).then(|| match rng.random_range(0..10) {
        0 => "other",
        1 => "disputed",
        _ => "supplier",
    });
    Some(Inspection {
        on,
        received_on: last.on,
        received_milli: received,
        inspected_milli: inspected,
        defective_milli: defective * 1_000,
        result,
        cause,
    })
}

fn invoice(
    rng: &mut impl Rng,
    habits: &crate::company::Habits,
    line: &Line,
    last: Receipt,
    today: NaiveDate,
) -> Option<Invoice> {
    let posted_on = workday(after(last.on, rng.random_range(2..=12)));
    if posted_on > today {
        return None;
    }
    let quantity_milli: i64 = line.receipts.iter().map(|receipt| receipt.good_milli).sum();
    let due_on = after(posted_on, 30);
    // We pay most of them in time.
    let paid_on = workday(after(due_on, rng.random_range(-6..=4)));
    let matched = if rng.random_bool(habits.invoices) {
        "matched"
    } else {
        ["price", "price", "quantity", "tax", "missing_order"]
            .choose(rng)
            .copied()
            .unwrap_or("price")
    };
    let amount = i128::from(quantity_milli) * i128::from(line.price_micros);
    Some(Invoice {
        posted_on,
        due_on,
        paid_on: (paid_on <= today).then_some(paid_on),
        quantity_milli,
        // Thousandths times millionths make billionths; a cent is ten million of them.
        amount_minor: ((amount + 5_000_000) / 10_000_000) as i64,
        matched,
    })
}

/// The standard price of an item, in cents: its place between the cheapest and the dearest of its category.
fn item_price(category: &crate::world::Category, item: usize) -> i64 {
    let (low, high) = category.price;
    let steps = (category.items.len() - 1).max(1) as f64;
    let share = item as f64 / steps;
    (low as f64 * (high as f64 / low as f64).powf(share * 0.8)).round() as i64
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn after(day: NaiveDate, days: i64) -> NaiveDate {
    day + chrono::TimeDelta::days(days)
}

/// The day itself, or the day after the weekend it falls on where that is in time, as goods do not arrive on Sundays.
fn before_weekend(day: NaiveDate, last: NaiveDate) -> NaiveDate {
    workday(day).min(last)
}

/// The day itself, or the Monday after a weekend.
fn workday(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => after(day, 2),
        Weekday::Sun => after(day, 1),
        _ => day,
    }
}
