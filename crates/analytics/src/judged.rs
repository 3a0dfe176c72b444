//! The rules of `keelson_methods` as functions of the engine: one judgement per order line, from its columns.
//!
//! `delivery(rules, as_of, …)` and `lead_time(rules, as_of, …)` take the rules as JSON text and the rest as columns, so a
//! question stays one that any engine with these two functions registered can answer. Measures add the judgements up,
//! drill-downs list them: a figure and its lines cannot disagree.

use std::sync::{Arc, LazyLock};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanBuilder, Int8Builder, Int32Array, Int32Builder,
        Int64Array, Int64Builder, ListArray, StringViewArray, StructArray,
    },
    datatypes::{DataType, Field, Fields, Int32Type, Int64Type},
};
use chrono::{Datelike, NaiveDate};
use datafusion::{
    common::{ScalarValue, exec_err},
    error::{DataFusionError, Result},
    logical_expr::{
        ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
        create_udf,
    },
    prelude::{col, lit},
};
use keelson_methods::{
    cost::{self, ExchangeRate},
    delivery::{self, Exclusion, LineFacts, LineVerdict, ReceiptFacts},
    kpi::{DelayCause, DeliveryRules, ExchangeEffect, LeadTimeRules, PriceRules},
    lead_time::{self, LeadTimeVerdict},
    money::{Currency, Quantity, UnitPrice},
};
use serde::de::DeserializeOwned;

/// The columns a judgement needs, in the order the functions take them after rules and day.
const COLUMNS: [&str; 10] = [
    "quantity_milli",
    "ordered_on",
    "requested_on",
    "confirmed_first_on",
    "confirmed_last_on",
    "cancelled_on",
    "delay_cause",
    "receipt_days",
    "receipt_good",
    "receipt_rejected",
];

/// The judgement of every line by delivery rules. Its fields are those of [`Function::Delivery`].
pub(crate) fn delivery(rules: &DeliveryRules, as_of: i32) -> Expr {
    static UDF: LazyLock<ScalarUDF> =
        LazyLock::new(|| ScalarUDF::from(Judgement::new(Function::Delivery)));
    call(&UDF, serde_json::to_string(rules), as_of)
}

/// The judgement of every line by lead-time rules. Its fields are those of [`Function::LeadTime`].
pub(crate) fn lead_time(rules: &LeadTimeRules, as_of: i32) -> Expr {
    static UDF: LazyLock<ScalarUDF> =
        LazyLock::new(|| ScalarUDF::from(Judgement::new(Function::LeadTime)));
    call(&UDF, serde_json::to_string(rules), as_of)
}

fn call(udf: &ScalarUDF, rules: serde_json::Result<String>, as_of: i32) -> Expr {
    let rules = rules.expect("rules are plain tables, lists, texts and numbers");
    let columns = COLUMNS.into_iter().map(col);
    udf.call(
        [lit(rules), lit(as_of)]
            .into_iter()
            .chain(columns)
            .collect(),
    )
}

/// An exclusion as the columns hold it: its place in `Exclusion::ALL`.
pub(crate) fn exclusion_code(exclusion: Exclusion) -> i8 {
    exclusion as i8
}

pub(crate) fn exclusion_of(code: i8) -> Option<Exclusion> {
    Exclusion::ALL.get(usize::try_from(code).ok()?).copied()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Function {
    /// - `exclusion`: why the line is in no figure; null where it counts.
    /// - `accountable`, `on_time`, `otif`; `quantity_in`: thousandths inside the window, at most what was ordered.
    /// - `completed_on`, and `days_late`: to completion, or to `as_of` as a lower bound.
    Delivery,
    /// - `exclusion`, `accountable`: as above. A censored line has no exclusion and no `error`.
    /// - `within`; `error`: days from promise to delivery; `actual`: days from order to delivery.
    /// - `censored`: days from promise to `as_of` of a line that is overdue and open.
    LeadTime,
}

impl Function {
    fn fields(self) -> Fields {
        let field = |name: &str, data_type, nullable| Field::new(name, data_type, nullable);
        let common = [
            field("exclusion", DataType::Int8, true),
            field("accountable", DataType::Boolean, false),
        ];
        let own = match self {
            Self::Delivery => vec![
                field("on_time", DataType::Boolean, false),
                field("otif", DataType::Boolean, false),
                field("quantity_in", DataType::Int64, false),
                field("completed_on", DataType::Int32, true),
                field("days_late", DataType::Int32, true),
            ],
            Self::LeadTime => vec![
                field("within", DataType::Boolean, false),
                field("error", DataType::Int64, true),
                field("actual", DataType::Int64, true),
                field("censored", DataType::Int64, true),
            ],
        };
        common.into_iter().chain(own).collect()
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Judgement {
    function: Function,
    signature: Signature,
}

impl Judgement {
    fn new(function: Function) -> Self {
        let list = |data_type| DataType::List(Arc::new(Field::new_list_field(data_type, false)));
        let day = DataType::Int32;
        let types = vec![
            DataType::Utf8,
            day.clone(),
            DataType::Int64,
            day.clone(),
            day.clone(),
            day.clone(),
            day.clone(),
            day,
            DataType::Utf8View,
            list(DataType::Int32),
            list(DataType::Int64),
            list(DataType::Int64),
        ];
        Self {
            function,
            signature: Signature::exact(types, Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Judgement {
    fn name(&self) -> &str {
        match self.function {
            Function::Delivery => "delivery",
            Function::LeadTime => "lead_time",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(self.function.fields()))
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [rules, as_of, columns @ ..] = call.args.as_slice() else {
            return exec_err!("{} needs rules and a day", self.name());
        };
        let ColumnarValue::Scalar(ScalarValue::Int32(Some(as_of))) = as_of else {
            return exec_err!("{} is asked for one day", self.name());
        };
        let columns = columns
            .iter()
            .map(|column| column.to_array(call.number_rows))
            .collect::<Result<Vec<_>>>()?;
        let lines = Lines::of(&columns)?;
        let columns = match self.function {
            Function::Delivery => judge_deliveries(&lines, &parse(rules)?, *as_of),
            Function::LeadTime => judge_lead_times(&lines, &parse(rules)?, *as_of),
        };
        let judged = StructArray::try_new(self.function.fields(), columns, None)?;
        Ok(ColumnarValue::Array(Arc::new(judged)))
    }
}

fn parse<T: DeserializeOwned>(rules: &ColumnarValue) -> Result<T> {
    let ColumnarValue::Scalar(ScalarValue::Utf8(Some(rules))) = rules else {
        return exec_err!("rules are one text");
    };
    serde_json::from_str(rules).map_err(|error| DataFusionError::External(Box::new(error)))
}

fn judge_deliveries(lines: &Lines, rules: &DeliveryRules, as_of: i32) -> Vec<ArrayRef> {
    let rows = lines.len();
    let mut common = Common::with_capacity(rows);
    let mut on_time = BooleanBuilder::with_capacity(rows);
    let mut otif = BooleanBuilder::with_capacity(rows);
    let mut quantity_in = Int64Builder::with_capacity(rows);
    let mut completed_on = Int32Builder::with_capacity(rows);
    let mut days_late = Int32Builder::with_capacity(rows);
    lines.for_each(|_, line| match delivery::judge(line, rules, as_of) {
        LineVerdict::Judged(judged) => {
            common.append(None, judged.accountable);
            on_time.append_value(judged.on_time);
            otif.append_value(judged.otif);
            quantity_in.append_value(judged.quantity_in_window(line.ordered));
            completed_on.append_option(judged.completed_on);
            days_late.append_value(judged.days_late);
        }
        LineVerdict::Excluded(exclusion) => {
            common.append(Some(exclusion), false);
            on_time.append_value(false);
            otif.append_value(false);
            quantity_in.append_value(0);
            completed_on.append_null();
            days_late.append_null();
        }
    });
    let mut columns = common.finish();
    columns.extend([
        Arc::new(on_time.finish()) as ArrayRef,
        Arc::new(otif.finish()),
        Arc::new(quantity_in.finish()),
        Arc::new(completed_on.finish()),
        Arc::new(days_late.finish()),
    ]);
    columns
}

fn judge_lead_times(lines: &Lines, rules: &LeadTimeRules, as_of: i32) -> Vec<ArrayRef> {
    let rows = lines.len();
    let mut common = Common::with_capacity(rows);
    let mut within = BooleanBuilder::with_capacity(rows);
    let mut error = Int64Builder::with_capacity(rows);
    let mut actual = Int64Builder::with_capacity(rows);
    let mut censored = Int64Builder::with_capacity(rows);
    lines.for_each(|row, line| {
        let promised_on = line.reference_on(&rules.reference);
        match lead_time::judge(line, rules, as_of) {
            LeadTimeVerdict::Measured {
                error_days,
                within: is_within,
                accountable,
            } => {
                common.append(None, accountable);
                within.append_value(is_within);
                error.append_value(i64::from(error_days));
                let days = promised_on
                    .zip(lines.ordered_on(row))
                    .map(|(promised, ordered)| {
                        i64::from(promised) + i64::from(error_days) - i64::from(ordered)
                    });
                actual.append_option(days);
                censored.append_null();
            }
            LeadTimeVerdict::Censored { at_least_days } => {
                common.append(None, true);
                within.append_value(false);
                error.append_null();
                actual.append_null();
                censored.append_value(i64::from(at_least_days));
            }
            LeadTimeVerdict::Excluded(exclusion) => {
                common.append(Some(exclusion), false);
                within.append_value(false);
                error.append_null();
                actual.append_null();
                censored.append_null();
            }
        }
    });
    let mut columns = common.finish();
    columns.extend([
        Arc::new(within.finish()) as ArrayRef,
        Arc::new(error.finish()),
        Arc::new(actual.finish()),
        Arc::new(censored.finish()),
    ]);
    columns
}

/// The columns every judgement begins with.
struct Common {
    exclusion: Int8Builder,
    accountable: BooleanBuilder,
}

impl Common {
    fn with_capacity(rows: usize) -> Self {
        Self {
            exclusion: Int8Builder::with_capacity(rows),
            accountable: BooleanBuilder::with_capacity(rows),
        }
    }

    fn append(&mut self, exclusion: Option<Exclusion>, accountable: bool) {
        self.exclusion.append_option(exclusion.map(exclusion_code));
        self.accountable.append_value(accountable);
    }

    fn finish(mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.exclusion.finish()),
            Arc::new(self.accountable.finish()),
        ]
    }
}

/// Order lines read from their columns.
struct Lines<'a> {
    quantity: &'a Int64Array,
    ordered_on: &'a Int32Array,
    requested: &'a Int32Array,
    confirmed_first: &'a Int32Array,
    confirmed_last: &'a Int32Array,
    cancelled: &'a Int32Array,
    cause: &'a StringViewArray,
    days: &'a ListArray,
    good: &'a ListArray,
    rejected: &'a ListArray,
}

impl<'a> Lines<'a> {
    fn of(columns: &'a [ArrayRef]) -> Result<Self> {
        let [
            quantity,
            ordered_on,
            requested,
            confirmed_first,
            confirmed_last,
            cancelled,
            cause,
            days,
            good,
            rejected,
        ] = columns
        else {
            return exec_err!("a judgement needs {} columns", COLUMNS.len());
        };
        Ok(Self {
            quantity: quantity.as_primitive::<Int64Type>(),
            ordered_on: ordered_on.as_primitive::<Int32Type>(),
            requested: requested.as_primitive::<Int32Type>(),
            confirmed_first: confirmed_first.as_primitive::<Int32Type>(),
            confirmed_last: confirmed_last.as_primitive::<Int32Type>(),
            cancelled: cancelled.as_primitive::<Int32Type>(),
            cause: cause.as_string_view(),
            days: days.as_list(),
            good: good.as_list(),
            rejected: rejected.as_list(),
        })
    }

    fn len(&self) -> usize {
        self.quantity.len()
    }

    fn for_each(&self, mut judge: impl FnMut(usize, &LineFacts<'_>)) {
        let days = self.days.values().as_primitive::<Int32Type>().values();
        let good = self.good.values().as_primitive::<Int64Type>().values();
        let rejected = self.rejected.values().as_primitive::<Int64Type>().values();
        let mut receipts = Vec::new();
        for row in 0..self.len() {
            let (days, good, rejected) = (
                part(days, self.days, row),
                part(good, self.good, row),
                part(rejected, self.rejected, row),
            );
            receipts.clear();
            receipts.extend(
                days.iter()
                    .zip(good)
                    .zip(rejected)
                    .map(|((on, good), rejected)| ReceiptFacts {
                        on: *on,
                        good: *good,
                        rejected: *rejected,
                    }),
            );
            let line = LineFacts {
                ordered: self.quantity.value(row),
                confirmed_first: at(self.confirmed_first, row),
                confirmed_last: at(self.confirmed_last, row),
                requested: at(self.requested, row),
                receipts: &receipts,
                cancelled: at(self.cancelled, row),
                // A cause nobody knows is no excuse.
                cause: (!self.cause.is_null(row))
                    .then(|| DelayCause::parse(self.cause.value(row)).ok())
                    .flatten(),
            };
            judge(row, &line);
        }
    }

    fn ordered_on(&self, row: usize) -> Option<i32> {
        at(self.ordered_on, row)
    }
}

/// The values of one row of a list column.
fn part<'v, T>(values: &'v [T], list: &ListArray, row: usize) -> &'v [T] {
    let offsets = list.value_offsets();
    &values[offsets[row] as usize..offsets[row + 1] as usize]
}

fn at(days: &Int32Array, row: usize) -> Option<i32> {
    (!days.is_null(row)).then(|| days.value(row))
}

/// The price variance of every invoice line against the first baseline the rules know, in the line's currency: a struct of
/// `variance_minor` and `baseline_minor`, both null where a price, the quantity or the baseline is missing.
pub(crate) fn price_variance(rules: &PriceRules) -> Expr {
    static UDF: LazyLock<ScalarUDF> = LazyLock::new(|| {
        let int = DataType::Int64;
        let types = vec![
            DataType::Utf8,
            int.clone(),
            int.clone(),
            DataType::Utf8View,
            int.clone(),
            DataType::Utf8View,
            int.clone(),
            int,
        ];
        let result = DataType::Struct(variance_fields());
        create_udf(
            "price_variance",
            types,
            result,
            Volatility::Immutable,
            Arc::new(price_variances),
        )
    });
    let rules =
        serde_json::to_string(rules).expect("rules are plain tables, lists, texts and numbers");
    let columns = [
        "quantity_milli",
        "price_micros",
        "currency",
        "baseline_micros",
        "baseline_kind",
        "fx_standard_micros",
        "fx_actual_micros",
    ];
    UDF.call(
        [lit(rules)]
            .into_iter()
            .chain(columns.into_iter().map(col))
            .collect(),
    )
}

fn variance_fields() -> Fields {
    ["variance_minor", "baseline_minor"]
        .map(|name| Field::new(name, DataType::Int64, true))
        .into_iter()
        .collect()
}

fn price_variances(arguments: &[ColumnarValue]) -> Result<ColumnarValue> {
    let [rules, columns @ ..] = arguments else {
        return exec_err!("price_variance needs rules");
    };
    let rules: PriceRules = parse(rules)?;
    let columns = ColumnarValue::values_to_arrays(columns)?;
    let [
        quantity,
        price_paid,
        currency,
        baseline,
        kind,
        standard,
        actual,
    ] = columns.as_slice()
    else {
        return exec_err!("price_variance needs seven columns");
    };
    let (currency, kind) = (currency.as_string_view(), kind.as_string_view());
    let variance = |row| {
        let currency = Currency::parse(text(currency, row)?).ok()?;
        // A baseline of a kind nobody named is the only one there is.
        let is_known = text(kind, row)
            .is_none_or(|kind| rules.baseline.iter().any(|known| known.code() == kind));
        let price = |micros| UnitPrice { micros, currency };
        let paid = price(int(price_paid, row)?);
        let baseline = price(int(baseline, row).filter(|_| is_known)?);
        let quantity = Quantity {
            milli: int(quantity, row)?,
        };
        let found = cost::price_variance(paid, baseline, quantity).ok()?;
        let variance = match relative_rate(int(standard, row), int(actual, row)) {
            Some(rate) if rules.exchange == ExchangeEffect::Included => {
                let unchanged = ExchangeRate {
                    billionths: BILLION,
                };
                cost::split_exchange((paid, rate), (baseline, unchanged), quantity, currency)
                    .ok()?
                    .total
            }
            _ => found.variance,
        };
        Some((variance.minor, found.baseline_value.minor))
    };
    let found: Vec<(Option<i64>, Option<i64>)> = (0..quantity.len())
        .map(|row| variance(row).unzip())
        .collect();
    let variances: Int64Array = found.iter().map(|(variance, _)| *variance).collect();
    let baselines: Int64Array = found.iter().map(|(_, baseline)| *baseline).collect();
    let columns: Vec<ArrayRef> = vec![Arc::new(variances), Arc::new(baselines)];
    Ok(ColumnarValue::Array(Arc::new(StructArray::try_new(
        variance_fields(),
        columns,
        None,
    )?)))
}

const BILLION: i64 = 1_000_000_000;

/// How much dearer the foreign currency became: actual / standard rate. Seen so, what the exchange rate did to a price is
/// told at the standard rate and stays in the currency of the invoice. `None` for a line that was not exchanged.
fn relative_rate(standard: Option<i64>, actual: Option<i64>) -> Option<ExchangeRate> {
    let (standard, actual) = (standard.filter(|rate| *rate > 0)?, actual?);
    let product = i128::from(actual) * i128::from(BILLION) + i128::from(standard / 2);
    let billionths = i64::try_from(product / i128::from(standard)).ok()?;
    Some(ExchangeRate { billionths })
}

fn int(column: &ArrayRef, row: usize) -> Option<i64> {
    let column = column.as_primitive::<Int64Type>();
    (!column.is_null(row)).then(|| column.value(row))
}

fn text(column: &StringViewArray, row: usize) -> Option<&str> {
    (!column.is_null(row)).then(|| column.value(row))
}

/// The month of a day, as 202603.
pub(crate) fn month(day: Expr) -> Expr {
    static UDF: LazyLock<ScalarUDF> = LazyLock::new(|| {
        create_udf(
            "month_of_day",
            vec![DataType::Int32],
            DataType::Int32,
            Volatility::Immutable,
            Arc::new(|arguments| {
                let days = ColumnarValue::values_to_arrays(arguments)?.remove(0);
                let months: Int32Array = days
                    .as_primitive::<Int32Type>()
                    .iter()
                    .map(|day| day.and_then(month_of))
                    .collect();
                Ok(ColumnarValue::Array(Arc::new(months)))
            }),
        )
    });
    UDF.call(vec![day])
}

fn month_of(day: i32) -> Option<i32> {
    let date = NaiveDate::from_epoch_days(day)?;
    Some(date.year() * 100 + date.month() as i32)
}
